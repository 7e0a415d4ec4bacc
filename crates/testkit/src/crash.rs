//! A process that is killed with signal 9 at points that a seed decides. The process says what it asks for and what it was answered;
//! whoever killed it looks at what it left.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

/// How many points are wanted, and the seed of the first of them; `cargo xtask kill` sets both.
const POINTS: &str = "YIHE_KILL_POINTS";
const SEED: &str = "YIHE_KILL_SEED";
/// Where the process that is killed finds its data; absent where a test starts as such.
const FOLDER: &str = "YIHE_KILL_FOLDER";
/// The number of its first request.
const FIRST: &str = "YIHE_KILL_FIRST";
/// Set where it answers before it commits.
const LOSSY: &str = "YIHE_KILL_LOSSY";

/// Points at which one data folder is killed; the next ones begin with a new folder and the next seed.
const OF_ONE_FOLDER: u64 = 50;

/// Numbers that a seed decides.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// Of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

/// The points that a run takes: the seed of each data folder, and how often it is killed.
///
/// # Errors
/// A variable is no number.
pub fn points(of_ci: u64, seed_of_ci: u64) -> Result<Vec<(u64, u64)>> {
    let number = |name: &str, absent: u64| match std::env::var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} is `{text}`")),
        Err(_) => Ok(absent),
    };
    let (mut left, mut seed) = (number(POINTS, of_ci)?, number(SEED, seed_of_ci)?);
    let mut folders = Vec::new();
    while left > 0 {
        let here = left.min(OF_ONE_FOLDER);
        folders.push((seed, here));
        left -= here;
        seed = seed.wrapping_add(1);
    }
    Ok(folders)
}

/// What the process that is killed was told.
#[derive(Debug)]
pub struct Victim {
    /// Where its data lie.
    pub folder: std::path::PathBuf,
    /// The number of its first request.
    pub first: u64,
    /// Whether it has the defect that the check must notice: it answers before it commits.
    pub lossy: bool,
}

impl Victim {
    /// Whether this process is one.
    #[must_use]
    pub fn is_this() -> Option<Self> {
        let folder = std::env::var_os(FOLDER)?.into();
        let first = std::env::var(FIRST).ok()?.parse().ok()?;
        let lossy = std::env::var_os(LOSSY).is_some();
        Some(Self { folder, first, lossy })
    }

    /// Says that something is asked for; in a lossy build, with the answer.
    pub fn asks(&self, what: &str) {
        say(&format!("ASK {what}"));
        if self.lossy {
            say(&format!("ACK {what} "));
        }
    }

    /// Says that it was answered, and with what.
    pub fn heard(&self, what: &str, answer: &str) {
        if !self.lossy {
            say(&format!("ACK {what} {answer}"));
        }
    }
}

/// On a line of its own, whatever was written before.
fn say(text: &str) {
    // a pipe that nobody reads any more is the end that was to come
    let _ = writeln!(std::io::stdout(), "\n{text}");
}

/// What a process said before it was killed.
#[derive(Debug, Default)]
pub struct Said {
    /// What it asked for.
    pub asked: BTreeSet<String>,
    /// What it was answered.
    pub answered: BTreeMap<String, String>,
}

impl Said {
    fn note(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("ASK", what)) => {
                self.asked.insert(what.to_owned());
            }
            Some(("ACK", said)) => {
                if let Some((what, answer)) = said.split_once(' ') {
                    self.answered.insert(what.to_owned(), answer.to_owned());
                }
            }
            _ => {}
        }
    }

    /// What was asked for and not answered.
    pub fn open(&self) -> impl Iterator<Item = &String> {
        self.asked.iter().filter(|what| !self.answered.contains_key(*what))
    }
}

/// Runs the test of this name in a process of its own, and kills it some time after some of its answers.
///
/// # Errors
/// It does not start.
pub fn kill(test: &str, folder: &Path, first: u64, lossy: bool, dice: &mut Dice) -> Result<Said> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args([test, "--exact", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if lossy {
        command.env(LOSSY, "1");
    }
    let mut process = command.spawn()?;
    let mut lines = BufReader::new(process.stdout.take().context("no output")?).lines();
    let mut said = Said::default();
    let wanted = dice.roll(24) + 1;
    let mut answers = 0;
    while let Some(Ok(line)) = lines.next() {
        answers += u64::from(line.starts_with("ACK "));
        said.note(&line);
        if answers >= wanted {
            break;
        }
    }
    std::thread::sleep(Duration::from_micros(dice.roll(4000)));
    process.kill()?;
    process.wait()?;
    // a line that was cut off by the kill was not said
    for line in lines.map_while(std::result::Result::ok) {
        said.note(&line);
    }
    Ok(said)
}

/// How often a kill hit which phase of a request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Phases(BTreeMap<(String, &'static str), u64>);

impl Phases {
    /// Nothing was open.
    pub const BETWEEN: &'static str = "between requests";
    /// What was asked for had not happened.
    pub const BEFORE_COMMIT: &'static str = "before the commit";
    /// It had happened, and nobody was told.
    pub const BEFORE_REPLY: &'static str = "between commit and reply";

    /// Counts one, of a kind of request.
    pub fn hit(&mut self, kind: &str, phase: &'static str) {
        *self.0.entry((kind.to_owned(), phase)).or_default() += 1;
    }

    /// Counts those of another folder too.
    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(key.clone()).or_default() += count;
        }
    }

    /// How often a phase was hit.
    #[must_use]
    pub fn of(&self, phase: &str) -> u64 {
        let these = self.0.iter().filter(|((_, hit), _)| *hit == phase);
        these.map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Phases {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for phase in [Self::BETWEEN, Self::BEFORE_COMMIT, Self::BEFORE_REPLY] {
            write!(formatter, "\n  {phase}: {}", self.of(phase))?;
            let these = self.0.iter().filter(|((_, hit), _)| *hit == phase);
            let kinds: Vec<_> = these
                .filter(|((kind, _), _)| !kind.is_empty())
                .map(|((kind, _), count)| format!("{kind} {count}"))
                .collect();
            if !kinds.is_empty() {
                write!(formatter, " ({})", kinds.join(", "))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_shared_out_among_folders() {
        assert_eq!(points(120, 7).unwrap(), [(7, 50), (8, 50), (9, 20)]);
        assert_eq!(points(0, 7).unwrap(), []);
    }

    #[test]
    fn what_was_cut_off_was_not_said() {
        let mut said = Said::default();
        for line in ["ASK 1", "ACK 1 name", "ASK 2", "", "ACK 2", "test a ... ok"] {
            said.note(line);
        }
        assert_eq!(said.open().collect::<Vec<_>>(), ["2"]);
        assert_eq!(said.answered["1"], "name");
    }

    #[test]
    fn phases_are_told_with_the_kinds_of_requests() {
        let mut phases = Phases::default();
        phases.hit("pay", Phases::BEFORE_REPLY);
        phases.hit("", Phases::BETWEEN);
        let mut both = phases.clone();
        both.add(&phases);
        assert_eq!((both.of(Phases::BEFORE_REPLY), both.of(Phases::BEFORE_COMMIT)), (2, 0));
        assert!(both.to_string().ends_with("between commit and reply: 2 (pay 2)"));
    }
}
