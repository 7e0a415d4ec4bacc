use std::collections::{BTreeMap, BTreeSet};

use yihe_kernel::{Error, OrganizationId, Result};
use yihe_tally::RulePack;

use super::owners::RegisterExtract;
use super::{Meeting, Member, Notice, RosterEntry};
use crate::names::{BodyId, MeetingName};
use crate::reasons;

/// What a served notice fixed for ever: safe to keep in memory. Acknowledgements are not among it.
#[derive(Debug)]
pub struct Frozen {
    /// The meeting.
    pub meeting: MeetingName,
    /// Its body.
    pub body: BodyId,
    /// Who convenes it.
    pub convener: OrganizationId,
    /// The rules.
    pub pack: RulePack,
    /// The register by which owners vote; none in a session.
    pub register: Option<RegisterExtract>,
    /// The roster by member.
    pub roster: BTreeMap<Member, RosterEntry>,
}

impl AsRef<Self> for Frozen {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Frozen {
    /// Of a meeting whose notice was served.
    #[must_use]
    pub fn new(notice: Notice, meeting: &Meeting) -> Self {
        let roster = notice.roster.into_iter().map(|entry| (entry.member, entry)).collect();
        Self {
            meeting: notice.meeting,
            body: meeting.body,
            convener: meeting.convener,
            pack: notice.pack,
            register: notice.register,
            roster,
        }
    }

    /// The entry of one of those on the roster.
    ///
    /// # Errors
    /// `NOT_ON_ROSTER`.
    pub fn entry(&self, member: Member) -> Result<&RosterEntry> {
        self.roster
            .get(&member)
            .ok_or_else(|| not_on_roster(member, &self.meeting))
    }

    /// Whether one person may represent a member who represents others already, or did before in the meeting.
    ///
    /// # Errors
    /// `REPRESENTS_ANOTHER`.
    pub fn expect_representable_beside(&self, member: Member, others: &BTreeSet<Member>) -> Result<()> {
        let rule = &self.pack.provisions().representation;
        let organizations = others.iter().chain([&member]).all(|one| one.organization().is_some());
        let most = if organizations {
            rule.organizations_per_person
        } else {
            1
        };
        let all = u32::try_from(others.len()).unwrap_or(u32::MAX).saturating_add(1);
        match others.first().filter(|_| all > most) {
            Some(other) => Err(Error::new(&reasons::REPRESENTS_ANOTHER)
                .with("member", other.name(&self.meeting.community))
                .with("limit", most)),
            None => Ok(()),
        }
    }
}

/// The refusal of who is not on the roster.
#[must_use]
pub fn not_on_roster(member: Member, meeting: &MeetingName) -> Error {
    Error::new(&reasons::NOT_ON_ROSTER)
        .with("member", member.name(&meeting.community))
        .with("name", meeting)
}
