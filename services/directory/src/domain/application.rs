//! Applications of partner organizations.

use yihe_kernel::{ClientId, CommunityId, Error, OrganizationId, Result, Timestamp, UserId};
use yihe_proto::directory::v1::{ApplicationState as State, OrganizationKind};

use crate::domain::names::{ApplicationId, ApplicationName, InvitationId};
use crate::reasons;

/// A partner organization's application for membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The community.
    pub community: CommunityId,
    /// Its id.
    pub id: ApplicationId,
    /// Kind of the applicant.
    pub kind: OrganizationKind,
    /// Name of the applicant.
    pub display_name: String,
    /// The person who will manage it here.
    pub contact: UserId,
    /// Why it applies.
    pub statement: String,
    /// Hash of the claim code.
    pub claim_hash: Vec<u8>,
    /// Its state.
    pub state: State,
    /// Reason of a rejection.
    pub rejection_reason: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// What an admission made.
    pub admission: Option<Admission>,
    /// When the credentials were collected.
    pub collected_at: Option<Timestamp>,
}

/// What an admission makes, in one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The new member.
    pub organization: OrganizationId,
    /// Its API client.
    pub client: ClientId,
    /// The invitation of its leading person.
    pub invitation: InvitationId,
}

impl Application {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> ApplicationName {
        ApplicationName {
            community: self.community.clone(),
            application: self.id,
        }
    }

    fn decide(mut self, state: State, now: Timestamp) -> Result<Self> {
        if self.state != State::Pending {
            return Err(Error::new(&reasons::APPLICATION_DECIDED).with("name", self.name()));
        }
        self.state = state;
        self.decided_at = Some(now);
        Ok(self)
    }

    /// Admits the applicant.
    ///
    /// # Errors
    /// `APPLICATION_DECIDED`.
    pub fn admit(self, admission: Admission, now: Timestamp) -> Result<Self> {
        let mut admitted = self.decide(State::Admitted, now)?;
        admitted.admission = Some(admission);
        Ok(admitted)
    }

    /// Rejects the applicant.
    ///
    /// # Errors
    /// `APPLICATION_DECIDED`.
    pub fn reject(self, reason: String, now: Timestamp) -> Result<Self> {
        let mut rejected = self.decide(State::Rejected, now)?;
        rejected.rejection_reason = Some(reason);
        Ok(rejected)
    }

    /// Hands out the credentials, once.
    ///
    /// # Errors
    /// `APPLICATION_NOT_ADMITTED`, `CREDENTIALS_COLLECTED`.
    pub fn collect(mut self, now: Timestamp) -> Result<(Self, Admission)> {
        let Some(admission) = self.admission else {
            return Err(Error::new(&reasons::APPLICATION_NOT_ADMITTED).with("name", self.name()));
        };
        if self.collected_at.is_some() {
            return Err(Error::new(&reasons::CREDENTIALS_COLLECTED).with("name", self.name()));
        }
        self.collected_at = Some(now);
        Ok((self, admission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending() -> Application {
        Application {
            community: "440309002021".parse().unwrap(),
            id: uuid::Uuid::nil().into(),
            kind: OrganizationKind::ResidentUnit,
            display_name: "深圳北站".into(),
            contact: uuid::Uuid::nil().into(),
            statement: String::new(),
            claim_hash: vec![1],
            state: State::Pending,
            rejection_reason: None,
            created_at: Timestamp::from_seconds(1),
            decided_at: None,
            admission: None,
            collected_at: None,
        }
    }

    #[test]
    fn decided_once_and_collected_once_after_admission() {
        let now = Timestamp::from_seconds(2);
        let nil = uuid::Uuid::nil();
        let admission = Admission {
            organization: nil.into(),
            client: nil.into(),
            invitation: nil.into(),
        };
        assert!(
            pending()
                .collect(now)
                .unwrap_err()
                .is(&reasons::APPLICATION_NOT_ADMITTED)
        );
        let rejected = pending().reject("no".into(), now).unwrap();
        assert!(
            rejected
                .clone()
                .admit(admission, now)
                .unwrap_err()
                .is(&reasons::APPLICATION_DECIDED)
        );
        assert!(
            rejected
                .collect(now)
                .unwrap_err()
                .is(&reasons::APPLICATION_NOT_ADMITTED)
        );
        let admitted = pending().admit(admission, now).unwrap();
        assert!(
            admitted
                .clone()
                .reject("no".into(), now)
                .unwrap_err()
                .is(&reasons::APPLICATION_DECIDED)
        );
        let (collected, _) = admitted.collect(now).unwrap();
        assert!(collected.collect(now).unwrap_err().is(&reasons::CREDENTIALS_COLLECTED));
    }
}
