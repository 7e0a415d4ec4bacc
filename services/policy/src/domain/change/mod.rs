//! A change of the rules of one domain: its steps, its edits, what they come to, and what no change may do.

pub(crate) mod apply;
pub(crate) mod base;
pub(crate) mod edit;
pub(crate) mod guards;
pub(crate) mod naming;
pub(crate) mod reach;
pub(crate) mod rollback;
mod sensitive;
pub(crate) mod simulation;
pub(crate) mod uses;

use yihe_kernel::{Error, OrganizationId, Result, Timestamp, reasons as common};
use yihe_proto::policy::v1 as pb;

pub(crate) use self::sensitive::is_sensitive;
use super::place::ChangeName;
use crate::reasons;

pub(crate) use pb::PolicyChangeState as State;
pub(crate) use pb::PolicyStep as StepKind;

/// A change of the rules of one domain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    pub name: ChangeName,
    pub title: String,
    pub rationale: String,
    pub edits: Vec<pb::PolicyEdit>,
    /// As stored: whether it is in conflict follows from what has moved.
    pub state: State,
    /// The policies' sequence that it was made against.
    pub base: u64,
    pub sensitive: bool,
    pub approvals_needed: i32,
    /// `users/{user}`.
    pub proposer: String,
    pub steps: Vec<Step>,
    /// Number of the revision that it made.
    pub revision: Option<u64>,
    /// Number of the revision that it restores.
    pub restores: Option<u64>,
    pub version: i64,
}

/// What somebody did with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub kind: StepKind,
    pub hand: Hand,
    pub comment: String,
    pub at: Timestamp,
}

/// Who does something with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hand {
    /// `users/{user}`.
    pub actor: String,
    pub organization: Option<OrganizationId>,
    pub standing: Standing,
}

/// What somebody is to the core of the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Not of the core.
    Outside,
    /// Holds a post in it.
    Core,
    /// Its secretary.
    Leads,
}

impl Change {
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    /// Approvals that count: of a sensitive change those of others than its proposer.
    pub fn approvals(&self) -> usize {
        self.approving().count()
    }

    fn approving(&self) -> impl Iterator<Item = &Step> {
        self.steps
            .iter()
            .filter(|step| step.kind == StepKind::Approved)
            .filter(|step| !self.sensitive || step.hand.actor != self.proposer)
    }

    /// Whether those who approved are enough. The secretary is one of them, or stands for a sensitive change by proposing it.
    fn is_carried(&self) -> bool {
        let leads = |step: &Step| step.hand.standing == Standing::Leads;
        let proposed_by_lead = self.sensitive
            && self
                .steps
                .iter()
                .any(|step| step.kind == StepKind::Proposed && leads(step));
        let enough = usize::try_from(self.approvals_needed).is_ok_and(|needed| self.approvals() >= needed.max(1));
        enough && (proposed_by_lead || self.approving().any(leads))
    }

    /// One person approves it.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, `CHANGE_STATE`, `OWN_SENSITIVE_CHANGE`, `APPROVER_NOT_OF_CORE`, `ALREADY_APPROVED`.
    pub fn approve(mut self, etag: &str, hand: Hand, comment: &str, now: Timestamp) -> Result<Self> {
        self.check(etag, &[State::Proposed])?;
        if self.sensitive && hand.actor == self.proposer {
            return Err(Error::new(&reasons::OWN_SENSITIVE_CHANGE).with("name", &self.name));
        }
        if hand.standing == Standing::Outside {
            return Err(Error::new(&reasons::APPROVER_NOT_OF_CORE).with("name", &self.name));
        }
        if self.approving().any(|step| step.hand.actor == hand.actor) {
            return Err(Error::new(&reasons::ALREADY_APPROVED).with("name", &self.name));
        }
        self.step(StepKind::Approved, hand, comment, now);
        if self.is_carried() {
            self.state = State::Approved;
        }
        Ok(self)
    }

    /// Somebody entitled rejects it.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, `CHANGE_STATE`.
    pub fn reject(mut self, etag: &str, hand: Hand, comment: &str, now: Timestamp) -> Result<Self> {
        self.check(etag, &[State::Proposed, State::Approved])?;
        self.step(StepKind::Rejected, hand, comment, now);
        self.state = State::Rejected;
        Ok(self)
    }

    /// Its proposer withdraws it.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, `CHANGE_STATE`.
    pub fn withdraw(mut self, etag: &str, hand: Hand, comment: &str, now: Timestamp) -> Result<Self> {
        self.check(etag, &[State::Proposed, State::Approved])?;
        self.step(StepKind::Withdrawn, hand, comment, now);
        self.state = State::Withdrawn;
        Ok(self)
    }

    /// It comes into force as a revision.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, `CHANGE_STATE`.
    pub fn activate(mut self, etag: &str, hand: Hand, comment: &str, revision: u64, now: Timestamp) -> Result<Self> {
        self.check(etag, &[State::Approved])?;
        self.step(StepKind::Activated, hand, comment, now);
        self.state = State::Active;
        self.revision = Some(revision);
        Ok(self)
    }

    /// Whether it may still come into force.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Proposed | State::Approved)
    }

    fn check(&self, etag: &str, states: &[State]) -> Result<()> {
        if !etag.is_empty() && etag != self.etag() {
            return Err(Error::new(&common::ETAG_MISMATCH).with("name", &self.name));
        }
        if states.contains(&self.state) {
            return Ok(());
        }
        let state = self.state.as_str_name().trim_start_matches("POLICY_CHANGE_STATE_");
        Err(Error::new(&reasons::CHANGE_STATE)
            .with("name", &self.name)
            .with("state", state))
    }

    fn step(&mut self, kind: StepKind, hand: Hand, comment: &str, at: Timestamp) {
        self.steps.push(Step {
            kind,
            hand,
            comment: comment.to_owned(),
            at,
        });
        self.version += 1;
    }
}

#[cfg(test)]
mod tests;
