use yihe_kernel::{Error, OrganizationId, Result, Timestamp, UserId};

use super::account::Owner;
use super::code::codes;
use super::serves::Serves;
use super::shares::shares;
use crate::names::{ServiceRecordName, TransferId};
use crate::reasons;

codes! {
    /// How a service stands.
    ServiceState {
        /// Recorded.
        Recorded = "RECORDED",
        /// Confirmed and credited.
        Confirmed = "CONFIRMED",
        /// Rejected.
        Rejected = "REJECTED",
    }
}

/// One who gave a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Giver {
    /// Who.
    pub user: UserId,
    /// By which weight it shares.
    pub weight: i64,
    /// Its minutes.
    pub minutes: i64,
}

/// A service given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRecord {
    /// Its name.
    pub name: ServiceRecordName,
    /// Who gave it.
    pub givers: Vec<Giver>,
    /// Who received it.
    pub receiver: Owner,
    /// Who organized it.
    pub organizer: Option<OrganizationId>,
    /// Minutes of all together.
    pub minutes: i64,
    /// What was done.
    pub summary: String,
    /// How it stands.
    pub state: ServiceState,
    /// Who recorded it.
    pub recorder: UserId,
    /// When.
    pub recorded_at: Timestamp,
    /// Who decided, and when.
    pub decided: Option<(UserId, Timestamp)>,
    /// Why it was rejected.
    pub note: String,
    /// The first transfer that credits it.
    pub batch: Option<TransferId>,
    /// What it was given for.
    pub serves: Serves,
}

impl ServiceRecord {
    /// Shares minutes out among givers by their weights.
    ///
    /// # Errors
    /// `INTERNAL` for weights that were not checked.
    pub fn share(minutes: i64, givers: &[(UserId, i64)]) -> Result<Vec<Giver>> {
        let weights: Vec<i64> = givers.iter().map(|(_, weight)| *weight).collect();
        let parts = shares(minutes, &weights).ok_or_else(|| Error::internal("weights that share nothing out"))?;
        let with = givers.iter().zip(parts);
        Ok(with
            .map(|((user, weight), minutes)| Giver {
                user: *user,
                weight: *weight,
                minutes,
            })
            .collect())
    }

    /// Somebody who did not give it decides, while nobody has.
    ///
    /// # Errors
    /// `SERVICE_DECIDED`, `OWN_SERVICE`.
    pub fn expect_decidable(&self, by: UserId) -> Result<()> {
        if self.state != ServiceState::Recorded {
            return Err(Error::new(&reasons::SERVICE_DECIDED)
                .with("name", &self.name)
                .with("state", self.state.code()));
        }
        if self.givers.iter().any(|giver| giver.user == by) {
            return Err(Error::new(&reasons::OWN_SERVICE).with("name", &self.name));
        }
        Ok(())
    }
}
