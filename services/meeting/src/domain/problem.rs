use yihe_kernel::{Error, Result, Timestamp};

use super::Holder;
use crate::names::{AgendaItemName, ProblemName};
use crate::reasons;

/// A problem that an organization entered in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub name: ProblemName,
    /// What is wrong.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
    /// Who entered it.
    pub reporter: Holder,
    /// The agenda item on which it is dealt with.
    pub agenda_item: Option<AgendaItemName>,
    /// When it was entered.
    pub reported_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Why it was closed; none where its last commitment was confirmed.
    pub close_reason: Option<String>,
}

impl Problem {
    /// Whether it had been entered before an instant and was not closed then.
    #[must_use]
    pub fn is_open_at(&self, instant: Timestamp) -> bool {
        self.reported_at < instant && self.closed_at.is_none_or(|closed| closed >= instant)
    }

    /// Refuses a problem that is closed.
    ///
    /// # Errors
    /// `PROBLEM_CLOSED`.
    pub fn expect_open(&self) -> Result<()> {
        if self.closed_at.is_none() {
            return Ok(());
        }
        Err(Error::new(&reasons::PROBLEM_CLOSED).with("name", &self.name))
    }

    /// Says on which agenda item it is dealt with.
    ///
    /// # Errors
    /// `PROBLEM_CLOSED`.
    pub fn link(mut self, agenda_item: AgendaItemName) -> Result<Self> {
        self.expect_open()?;
        self.agenda_item = Some(agenda_item);
        Ok(self)
    }

    /// Closes a problem that no open commitment answers.
    ///
    /// # Errors
    /// `PROBLEM_CLOSED`, `PROBLEM_COMMITTED`.
    pub fn close(mut self, reason: String, open_commitments: u64, now: Timestamp) -> Result<Self> {
        self.expect_open()?;
        if open_commitments > 0 {
            return Err(Error::new(&reasons::PROBLEM_COMMITTED).with("name", &self.name));
        }
        self.closed_at = Some(now);
        self.close_reason = Some(reason);
        Ok(self)
    }
}
