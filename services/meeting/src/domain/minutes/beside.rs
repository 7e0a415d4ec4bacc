//! The facts of who was there for others or by invitation, what interrupted the session, and what was committed to.

use yihe_kernel::Timestamp;

use super::Interval;
use crate::domain::{CommitmentPart, CommitmentState, ProxyForm, ProxyInstruction};
use crate::names::AgendaItemId;

/// Somebody who represented an organization without a post in it.
#[derive(Debug, Clone)]
pub struct SubstituteFacts {
    /// Name of the organization.
    pub organization: String,
    /// Full name of the person.
    pub person: String,
    /// Whether it was given on sealed paper, and not by the organization here.
    pub on_paper: bool,
    /// When it was given or recorded.
    pub granted_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Whether the person was there by it.
    pub came: bool,
}

/// Why a proxy ended before the meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyEnd {
    /// Its principal revoked it.
    Revoked,
    /// Its principal came.
    PrincipalCame,
}

/// A vote given to somebody else.
#[derive(Debug, Clone)]
pub struct ProxyFacts {
    /// Whose vote.
    pub principal: String,
    /// Who cast it.
    pub holder: String,
    /// Places of the items it was for; none means all.
    pub items: Vec<i32>,
    /// What the holder was bound to: once, or for each item.
    pub instructions: Vec<ProxyInstruction>,
    /// How it was given.
    pub form: ProxyForm,
    /// When.
    pub granted_at: Timestamp,
    /// Why and when it ended before the meeting.
    pub ended: Option<(ProxyEnd, Timestamp)>,
}

/// A person invited without a vote.
#[derive(Debug, Clone)]
pub struct InvitedFacts {
    /// Full name.
    pub person: String,
    /// As what.
    pub role: String,
    /// Whether the invitation was withdrawn.
    pub withdrawn: bool,
    /// When it was there.
    pub intervals: Vec<Interval>,
}

/// A session that was interrupted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspensionFacts {
    /// Why; may be empty.
    pub reason: String,
    /// First instant.
    pub started_at: Timestamp,
    /// First instant after.
    pub ended_at: Option<Timestamp>,
}

/// What an organization committed to.
#[derive(Debug, Clone)]
pub struct CommitmentFacts {
    /// The item it comes from.
    pub item: Option<AgendaItemId>,
    /// Number of the resolution it comes from.
    pub resolution: Option<String>,
    /// Who holds it.
    pub organization: String,
    /// Whether it leads or supports.
    pub part: CommitmentPart,
    /// What is to be done.
    pub text: String,
    /// By when, `YYYY-MM-DD`.
    pub due_on: String,
    /// How it stands.
    pub state: CommitmentState,
}
