use std::collections::BTreeMap;

use yihe_kernel::{Error, OrganizationId, Result};
use yihe_tally::RulePack;

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
}

/// The refusal of who is not on the roster.
#[must_use]
pub fn not_on_roster(member: Member, meeting: &MeetingName) -> Error {
    Error::new(&reasons::NOT_ON_ROSTER)
        .with("member", member.name(&meeting.community))
        .with("name", meeting)
}
