use yihe_kernel::{Error, Result, Timestamp, UserId, UserName};

use super::{Frozen, Meeting, Member, Step};
use crate::names::{AgendaItemId, InvitedPersonName};
use crate::reasons;

/// One person invited to one meeting: a voice, no vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitedPerson {
    /// Its name.
    pub name: InvitedPersonName,
    /// Who.
    pub person: UserId,
    /// Name of a person without an account; empty for others, and in rows.
    pub display_name: String,
    /// As what it is invited.
    pub role: String,
    /// For which items; none means all.
    pub items: Vec<AgendaItemId>,
    /// When it was invited.
    pub invited_at: Timestamp,
    /// When the invitation was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

impl InvitedPerson {
    /// Whether the invitation stands.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.withdrawn_at.is_none()
    }

    /// Whether it can be invited beside the others. A member of the body, now or on the roster, has a vote and needs none.
    ///
    /// # Errors
    /// `MEETING_STATE`, `INVITED_IS_MEMBER`, `INVITED_ALREADY`.
    pub fn expect_invitable(
        &self,
        meeting: &Meeting,
        (frozen, is_member): (Option<&Frozen>, bool),
        others: &[Self],
    ) -> Result<()> {
        meeting.expect(Step::Invite)?;
        let user = UserName { user: self.person };
        let rostered = frozen.is_some_and(|frozen| frozen.roster.contains_key(&Member::Person(self.person)));
        if is_member || rostered {
            return Err(Error::new(&reasons::INVITED_IS_MEMBER)
                .with("member", user)
                .with("name", &meeting.name));
        }
        match others
            .iter()
            .find(|other| other.person == self.person && other.stands())
        {
            None => Ok(()),
            Some(other) => Err(Error::new(&reasons::INVITED_ALREADY)
                .with("user", user)
                .with("name", &other.name)),
        }
    }

    /// Withdraws the invitation.
    ///
    /// # Errors
    /// `MEETING_STATE`, `INVITATION_WITHDRAWN`.
    pub fn withdraw(mut self, meeting: &Meeting, now: Timestamp) -> Result<Self> {
        meeting.expect(Step::Invite)?;
        if !self.stands() {
            return Err(Error::new(&reasons::INVITATION_WITHDRAWN).with("name", &self.name));
        }
        self.withdrawn_at = Some(now);
        Ok(self)
    }
}
