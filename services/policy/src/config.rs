use std::time::Duration;

/// How fast the service follows and waits. The defaults are right for every node; tests wait less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between keep-alives to those who watch revisions.
    pub keep_alive: Duration,
    /// How old the directory's last word may be for ours to count.
    pub fresh: Duration,
    /// How long a caller waits for a revision that has not come to be, or for the directory's first word.
    pub wait: Duration,
    /// How long the directory may take to answer one call.
    pub directory_patience: Duration,
    /// A watch of the directory silent for this long is broken.
    pub silence: Duration,
    /// The pause before the first new attempt to follow the directory.
    pub least_pause: Duration,
    /// The longest pause between attempts.
    pub greatest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(5),
            fresh: Duration::from_secs(10),
            wait: Duration::from_secs(2),
            directory_patience: Duration::from_secs(5),
            silence: Duration::from_secs(30),
            least_pause: Duration::from_millis(50),
            greatest_pause: Duration::from_secs(5),
        }
    }
}
