use yihe_authz::Authorized;
use yihe_kernel::{OrganizationId, Timestamp, UserId};
use yihe_tally::Date;

use super::{CommitmentState, EscalationLevel, Holder};
use crate::domain::code::codes;
use crate::names::ResolutionId;

codes! {
    /// What happened to a commitment.
    CommitmentAct {
        /// It was made.
        Made = "MADE",
        /// Its holder accepted.
        Accepted = "ACCEPTED",
        /// Its holder declined.
        Declined = "DECLINED",
        /// The convener gave it to another organization.
        Reassigned = "REASSIGNED",
        /// Its holder told how far it is.
        Progressed = "PROGRESSED",
        /// Its holder reported it done.
        Done = "DONE",
        /// The convener confirmed it.
        Confirmed = "CONFIRMED",
        /// The convener sent it back to its holder.
        Reopened = "REOPENED",
        /// A later resolution cancelled it.
        Cancelled = "CANCELLED",
        /// It was overdue and was taken a level up.
        Escalated = "ESCALATED",
        /// Its holder left the community.
        HolderLeft = "HOLDER_LEFT",
    }
}

/// Who does something, for whom, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doing {
    /// Name of the principal.
    pub actor: String,
    /// The organization acted for.
    pub organization: Option<OrganizationId>,
    /// When.
    pub at: Timestamp,
}

impl Doing {
    /// What the proof says of who acts.
    #[must_use]
    pub fn by(by: &Authorized, at: Timestamp) -> Self {
        Self {
            actor: by.actor(),
            organization: by.organization(),
            at,
        }
    }
}

/// What happened to a commitment once, and how it stood after it. Never changed: any past state can be told from the steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentStep {
    /// Place in the history, from 1.
    pub serial: i64,
    /// What happened.
    pub act: CommitmentAct,
    /// Who did it, when.
    pub doing: Doing,
    /// The reason, progress or remark; may be empty.
    pub note: String,
    /// Whom a decliner suggested.
    pub suggested: Option<Holder>,
    /// Names of the files that show it.
    pub evidence: Vec<String>,
    /// The resolution that cancelled it.
    pub resolution: Option<ResolutionId>,
    /// State after it.
    pub state: CommitmentState,
    /// Holder after it.
    pub holder: Holder,
    /// Due date after it.
    pub due_on: Date,
    /// Escalation after it.
    pub level: EscalationLevel,
    /// To whom an escalation went, as the posts were then.
    pub recipients: Vec<UserId>,
}
