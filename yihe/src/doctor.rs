//! What `yihe config check` cannot find because it does not connect: databases, clock, keys, disk, ports, bus; and until when
//! certificates are good.

mod certificates;
mod place;
mod reach;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use yihe_kernel::{SharedClock, SystemClock};

use crate::config::Config;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// The node starts, and somebody should look.
    Warning,
    /// The node does not start, or does not work.
    Bad,
}

/// One thing that was looked at, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it stands.
    pub state: State,
    /// What was looked at, such as `database directory`.
    pub about: String,
    /// What was found, and what to do.
    pub said: String,
}

impl Finding {
    fn new(state: State, about: impl Into<String>, said: impl fmt::Display) -> Self {
        // one line, whatever a server says
        let said = said.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            state,
            about: about.into(),
            said,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Good => "good",
            State::Warning => "warning",
            State::Bad => "bad",
        };
        write!(formatter, "{state:<8} {}: {}", self.about, self.said)
    }
}

/// Looks at everything that the configuration needs and changes nothing. `running`: the node runs already, so its ports are taken.
pub async fn examine(config: &Config, running: bool) -> Vec<Finding> {
    let clock: SharedClock = Arc::new(SystemClock);
    let mut findings = place::data_folder(&config.data_dir);
    findings.push(place::disk(&config.data_dir));
    findings.extend(certificates::standing(config, clock.now()));
    if !running {
        findings.extend(place::ports(config));
    }
    findings.extend(reach::databases(config, &clock).await);
    findings.extend(reach::bus(config).await);
    findings
}
