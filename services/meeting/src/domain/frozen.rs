use std::collections::BTreeMap;

use yihe_kernel::{Error, OrganizationId, OrganizationName, Result};
use yihe_tally::RulePack;

use super::{Meeting, Notice, RosterEntry};
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
    /// The roster by organization.
    pub roster: BTreeMap<OrganizationId, RosterEntry>,
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
        let roster = notice
            .roster
            .into_iter()
            .map(|entry| (entry.organization, entry))
            .collect();
        Self {
            meeting: notice.meeting,
            body: meeting.body,
            convener: meeting.convener,
            pack: notice.pack,
            roster,
        }
    }

    /// The entry of an organization.
    ///
    /// # Errors
    /// `NOT_ON_ROSTER`.
    pub fn entry(&self, organization: OrganizationId) -> Result<&RosterEntry> {
        self.roster.get(&organization).ok_or_else(|| {
            Error::new(&reasons::NOT_ON_ROSTER)
                .with("organization", OrganizationName { organization })
                .with("name", &self.meeting)
        })
    }
}
