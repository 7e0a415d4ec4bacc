use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::dice::Dice;
use super::place::{Database, Place};

/// The test that is the process which is killed, by the name it has in every crate.
const TEST: &str = "crashes::the_process_that_is_killed";
/// Where that process finds its data; absent where the test starts by itself.
const FOLDER: &str = "YIHE_KILL_FOLDER";
/// Its database; absent where it keeps its data in the folder.
const DATABASE: &str = "YIHE_KILL_DATABASE";
/// The number of its first request.
const FIRST: &str = "YIHE_KILL_FIRST";
/// Set where it answers before it commits.
const LOSSY: &str = "YIHE_KILL_LOSSY";

/// What the process that is killed was told.
#[derive(Debug)]
pub(super) struct Victim {
    /// Where its data lie.
    pub place: Place,
    /// The number of its first request.
    pub first: u64,
    /// Whether it has the defect that the check must notice: it answers before it commits.
    pub lossy: bool,
}

impl Victim {
    /// Whether this process is one.
    pub(super) fn is_this() -> Option<Self> {
        let database = std::env::var(DATABASE).ok().and_then(|text| Database::parse(&text));
        let place = Place {
            folder: std::env::var_os(FOLDER)?.into(),
            database,
        };
        let first = std::env::var(FIRST).ok()?.parse().ok()?;
        let lossy = std::env::var_os(LOSSY).is_some();
        Some(Self { place, first, lossy })
    }

    /// Says that something is asked for; in a lossy build, with the answer.
    pub(super) fn asks(&self, what: &str) {
        say(&format!("ASK {what}"));
        if self.lossy {
            say(&format!("ACK {what} "));
        }
    }

    /// Says that it was answered, and with what.
    pub(super) fn heard(&self, what: &str, answer: &str) {
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
pub(super) struct Said {
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
    pub(super) fn open(&self) -> impl Iterator<Item = &String> {
        self.asked.iter().filter(|what| !self.answered.contains_key(*what))
    }
}

/// Runs the test in which the process is one that is killed, in a process of its own, and kills it some time after some of its
/// answers; `before` is done just before.
///
/// # Errors
/// It does not start.
pub(super) fn kill(
    place: &Place,
    first: u64,
    lossy: bool,
    dice: &mut Dice,
    before: impl FnOnce() -> Result<()>,
) -> Result<Said> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args([TEST, "--exact", "--nocapture"])
        .env(FOLDER, &place.folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(database) = &place.database {
        command.env(DATABASE, database.to_string());
    }
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
    before()?;
    process.kill()?;
    process.wait()?;
    // a line that was cut off by the kill was not said
    for line in lines.map_while(std::result::Result::ok) {
        said.note(&line);
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_off_was_not_said() {
        let mut said = Said::default();
        for line in ["ASK 1", "ACK 1 name", "ASK 2", "", "ACK 2", "test a ... ok"] {
            said.note(line);
        }
        assert_eq!(said.open().collect::<Vec<_>>(), ["2"]);
        assert_eq!(said.answered["1"], "name");
    }
}
