//! What callers asked for and what they heard.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Something that is asked for once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Transfer {
        from: String,
        to: String,
        amount: i64,
    },
    Booking {
        hall: String,
        quantity: i64,
    },
    Ballot {
        vote: String,
        organization: String,
        choice: Choice,
    },
    /// A vote is closed.
    Tally {
        vote: String,
    },
    /// The rules allow something, or do so no more.
    Rule {
        change: String,
        revision: u64,
        allows: bool,
    },
    /// What is kept, but not compared: motions, votes that are opened, changes that are proposed.
    Step(&'static str),
    Read,
}

impl Act {
    /// What is written of it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Transfer { .. } => "transfer",
            Self::Booking { .. } => "booking",
            Self::Ballot { .. } => "ballot",
            Self::Tally { .. } => "close",
            Self::Rule { .. } => "rule",
            Self::Step(what) => what,
            Self::Read => "read",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    Yes,
    No,
    Abstain,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Acknowledged, with the name of what was made.
    Done(String),
    /// Refused, with the reason.
    Refused(String),
    /// Nobody answered as long as anybody asked.
    Unheard,
}

/// One request with all times that it was sent.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The `request_id`, or another text that stands in what it makes.
    pub key: String,
    pub act: Act,
    pub outcome: Outcome,
    pub begun: Instant,
    pub ended: Instant,
    /// How often it was sent.
    pub sent: u32,
    /// It was there before it was sent for the last time: an answer was lost.
    pub was_there: bool,
}

impl Asked {
    pub fn took(&self) -> Duration {
        self.ended.duration_since(self.begun)
    }
}

/// Whether somebody could do what rules allow or forbid.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    /// Which gateway was asked.
    pub door: usize,
    pub begun: Instant,
    pub allowed: bool,
}

/// Everything that was asked in one run.
#[derive(Debug, Default)]
pub struct Journal {
    asked: Mutex<Vec<Asked>>,
    probes: Mutex<Vec<Probe>>,
}

impl Journal {
    pub fn note(&self, asked: Asked) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    }

    pub fn probe(&self, probe: Probe) {
        self.probes.lock().unwrap_or_else(PoisonError::into_inner).push(probe);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn probes(&self) -> Vec<Probe> {
        self.probes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
