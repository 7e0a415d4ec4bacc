use yihe_kernel::{Error, Result, Timestamp};

use super::Organization;
use crate::names::{ProjectName, ResolutionId};
use crate::reasons;

/// What was agreed to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its name.
    pub name: ProjectName,
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: String,
    /// Who answers for it, as it was called then.
    pub owner: Organization,
    /// The resolution it comes from.
    pub resolution: Option<ResolutionId>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl Project {
    /// Ends it.
    ///
    /// # Errors
    /// `PROJECT_ENDED`.
    pub fn end(mut self, now: Timestamp) -> Result<Self> {
        if self.ended_at.is_some() {
            return Err(Error::new(&reasons::PROJECT_ENDED).with("name", &self.name));
        }
        self.ended_at = Some(now);
        Ok(self)
    }
}
