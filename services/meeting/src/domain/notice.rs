use yihe_kernel::{Error, Result, Timestamp};
use yihe_tally::RulePack;

use super::owners::RegisterExtract;
use super::{AgendaItem, Meeting, Member, Organization, OrganizationKind};
use crate::names::MeetingName;
use crate::reasons;

/// One of those on a frozen roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Who.
    pub member: Member,
    /// Kind of the organization at notice; unspecified for others.
    pub kind: OrganizationKind,
    /// Name of the organization at notice; empty for others, whose names are kept apart.
    pub display_name: String,
    /// The group it belongs to; empty where there are none.
    pub group: String,
    /// Voting weight.
    pub heads: u32,
    /// When the notice was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
}

/// The notice of a meeting: what is frozen when it is served.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The meeting.
    pub meeting: MeetingName,
    /// When it was served.
    pub served_at: Timestamp,
    /// The rules, text included.
    pub pack: RulePack,
    /// The items that may be decided or discussed, in order.
    pub agenda: Vec<AgendaItem>,
    /// Who was served.
    pub roster: Vec<RosterEntry>,
    /// The register by which owners vote; none for a session.
    pub register: Option<RegisterExtract>,
}

impl Notice {
    /// Draws up the notice of a draft: the agenda as it stands, and the roster as of now.
    ///
    /// # Errors
    /// `START_TIME_UNDETERMINED`, `AGENDA_EMPTY`, `ROSTER_EMPTY`, `GROUP_EMPTY`.
    pub fn draw_up(
        meeting: &Meeting,
        agenda: Vec<AgendaItem>,
        roster: Vec<RosterEntry>,
        pack: RulePack,
        now: Timestamp,
    ) -> Result<Self> {
        meeting.expect_start_known()?;
        let agenda = noticed(meeting, agenda)?;
        if roster.is_empty() {
            return Err(Error::new(&reasons::ROSTER_EMPTY).with("name", &meeting.name));
        }
        expect_groups(meeting, &roster, &pack)?;
        Ok(Self {
            meeting: meeting.name.clone(),
            served_at: now,
            pack,
            agenda,
            roster,
            register: None,
        })
    }

    /// The notice of a postponed meeting: roster and rules stay those of the first one, so that what was decided under them
    /// stands; the agenda is noticed as it is now, and everybody acknowledges anew.
    ///
    /// # Errors
    /// `START_TIME_UNDETERMINED`, `AGENDA_EMPTY`.
    pub fn renew(mut self, meeting: &Meeting, agenda: Vec<AgendaItem>, now: Timestamp) -> Result<Self> {
        meeting.expect_start_known()?;
        self.agenda = noticed(meeting, agenda)?;
        self.served_at = now;
        for entry in &mut self.roster {
            entry.acknowledged_at = None;
        }
        Ok(self)
    }
}

/// A group that is counted apart has somebody in it, or no vote could ever be counted.
fn expect_groups(meeting: &Meeting, roster: &[RosterEntry], pack: &RulePack) -> Result<()> {
    let mut groups = pack.provisions().groups.iter();
    match groups.find(|group| roster.iter().all(|entry| entry.group != group.id)) {
        None => Ok(()),
        Some(empty) => Err(Error::new(&reasons::GROUP_EMPTY)
            .with("rule_pack", pack.id())
            .with("group", &empty.id)
            .with("name", &meeting.name)),
    }
}

fn noticed(meeting: &Meeting, agenda: Vec<AgendaItem>) -> Result<Vec<AgendaItem>> {
    let mut agenda: Vec<_> = agenda.into_iter().filter(|item| item.withdrawn_at.is_none()).collect();
    if agenda.is_empty() {
        return Err(Error::new(&reasons::AGENDA_EMPTY).with("name", &meeting.name));
    }
    for item in &mut agenda {
        item.noticed = true;
    }
    Ok(agenda)
}

impl RosterEntry {
    /// One member, one vote. `None` for an organization that is no member of the community now; the others stand under their
    /// present names.
    #[must_use]
    pub fn of((member, group): (Member, String), known: &[Organization]) -> Option<Self> {
        let (kind, display_name) = match member.organization() {
            Some(organization) => {
                let standing = Organization::member_of(known, organization).ok()?;
                (standing.kind, standing.display_name.clone())
            }
            None => (OrganizationKind::Unspecified, String::new()),
        };
        Some(Self {
            member,
            kind,
            display_name,
            group,
            heads: 1,
            acknowledged_at: None,
        })
    }
}
