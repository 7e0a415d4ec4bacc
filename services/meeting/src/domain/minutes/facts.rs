//! What minutes are made from: the facts of one meeting in words and numbers, in order. Loaded by the store; nothing here knows
//! of rows, and nothing is computed from anything else, so the same facts give the same text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yihe_kernel::Timestamp;
use yihe_tally::{BodyKind, Language, MatterClass};

use super::amendments::AmendmentFacts;
use super::dissents::DissentFacts;
use super::recusals::{ClassObjectionFacts, RecusalFacts};
use super::{CommitmentFacts, InvitedFacts, ProxyFacts, SubstituteFacts, SuspensionFacts};
use crate::domain::{
    AgendaItemKind, BallotChangeKind, BallotMethod, CastingVote, Choice, Contest, MeetingMode, Member, MotionState,
    Quorum, RecordedAct, ShowOfHands, VoteState,
};
use crate::names::AgendaItemId;

use super::written;

/// The facts of one meeting.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Name of the meeting.
    pub meeting: String,
    /// Title.
    pub title: String,
    /// What the body is called.
    pub body: String,
    /// Its kind.
    pub body_kind: BodyKind,
    /// Name of the convener; empty where it is not known.
    pub convener: String,
    /// Place; may be empty.
    pub location: String,
    /// How it decided.
    pub mode: MeetingMode,
    /// When it was to begin.
    pub starts_at: Timestamp,
    /// When notice was served.
    pub noticed_at: Timestamp,
    /// When the session was opened.
    pub opened_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The rules.
    pub pack: PackFacts,
    /// Everybody on the roster, in order of names.
    pub roster: Vec<MemberFacts>,
    /// What a meeting in writing has instead of a room; none in a session.
    pub written: Option<WrittenFacts>,
    /// The agenda in its order.
    pub agenda: Vec<ItemFacts>,
    /// Who represented an organization by a mandate.
    pub substitutes: Vec<SubstituteFacts>,
    /// Whose vote was given to whom.
    pub proxies: Vec<ProxyFacts>,
    /// Who was invited.
    pub invited: Vec<InvitedFacts>,
    /// When the session was interrupted.
    pub suspensions: Vec<SuspensionFacts>,
    /// What was committed to.
    pub commitments: Vec<CommitmentFacts>,
    /// What the clerk recorded for others, signatures apart, in order.
    pub records: Vec<RecordFacts>,
}

/// Something recorded for another.
#[derive(Debug, Clone)]
pub struct RecordFacts {
    /// What.
    pub act: RecordedAct,
    /// For whom.
    pub member: String,
    /// By whom.
    pub recorded_by: String,
    /// When.
    pub recorded_at: Timestamp,
    /// Whether a file proves it.
    pub proved: bool,
    /// The contest, if there is one.
    pub contest: Option<Contest>,
}

/// A meeting in writing, in numbers.
#[derive(Debug, Clone)]
pub struct WrittenFacts {
    /// When the voting ended by the notice.
    pub ends_at: Option<Timestamp>,
    /// Owners on the roster.
    pub served: usize,
    /// Owners who acknowledged the notice.
    pub acknowledged: usize,
    /// Units of the register.
    pub units: u64,
    /// Heads of the register.
    pub heads: u64,
    /// Area of all units in 0.01 m².
    pub area: u64,
}

/// The rules a meeting was held under.
#[derive(Debug, Clone)]
pub struct PackFacts {
    /// Title.
    pub title: String,
    /// Id.
    pub id: String,
    /// First day in force.
    pub effective_from: String,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// One member on the roster.
#[derive(Debug, Clone)]
pub struct MemberFacts {
    /// Who.
    pub member: Member,
    /// What it was called when notice was served.
    pub display_name: String,
    /// When it acknowledged the notice.
    pub acknowledged_at: Option<Timestamp>,
    /// When it was there.
    pub intervals: Vec<Interval>,
}

impl MemberFacts {
    /// Whether it was there at any time.
    #[must_use]
    pub fn came(&self) -> bool {
        !self.intervals.is_empty()
    }
}

/// One interval of presence.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Full name of the person who was there.
    pub person: String,
    /// First instant.
    pub started_at: Timestamp,
    /// First instant after.
    pub ended_at: Option<Timestamp>,
}

/// One item of the agenda with what came of it.
#[derive(Debug, Clone)]
pub struct ItemFacts {
    /// Its id.
    pub id: AgendaItemId,
    /// Place in the agenda.
    pub position: i32,
    /// Title.
    pub title: String,
    /// Who proposed it.
    pub proposer: String,
    /// What was done with it.
    pub kind: AgendaItemKind,
    /// Class of the matter.
    pub matter_class: MatterClass,
    /// Whether it stood in the notice.
    pub noticed: bool,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
    /// Who took no part in it, or was to take none.
    pub recusals: Vec<RecusalFacts>,
    /// The objections to its class.
    pub class_objections: Vec<ClassObjectionFacts>,
    /// The motions on it.
    pub motions: Vec<MotionFacts>,
}

impl ItemFacts {
    /// Whether it is left out of what is published.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.matter_class == MatterClass::PersonalMatter
    }
}

/// One motion.
#[derive(Debug, Clone)]
pub struct MotionFacts {
    /// What was to be resolved.
    pub text: String,
    /// Who moved it.
    pub mover: String,
    /// State.
    pub state: MotionState,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// Who seconded it.
    pub seconders: Vec<String>,
    /// The show of hands by which it was withdrawn.
    pub withdrawal: Option<ShowOfHands>,
    /// The amendments to it.
    pub amendments: Vec<AmendmentFacts>,
    /// Who dissented from what it came to.
    pub dissents: Vec<DissentFacts>,
    /// The votes on it.
    pub votes: Vec<VoteFacts>,
}

/// One vote.
#[derive(Debug, Clone)]
pub struct VoteFacts {
    /// How ballots were given.
    pub method: BallotMethod,
    /// State.
    pub state: VoteState,
    /// Who counted when it opened.
    pub quorum: Quorum,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed or lapsed.
    pub closed_at: Option<Timestamp>,
    /// The ballots by name, in order of names.
    pub ballots: Vec<BallotFacts>,
    /// The chair's decision of a tie.
    pub casting_vote: Option<CastingVote>,
    /// The count.
    pub count: Option<CountFacts>,
    /// Number and text of the resolution it adopted.
    pub resolution: Option<(String, String)>,
}

/// The ballot of one of those who might vote.
#[derive(Debug, Clone)]
pub struct BallotFacts {
    /// Whose.
    pub name: String,
    /// What it says; `None` where none was cast.
    pub choice: Option<Choice>,
    /// Whether the clerk recorded it.
    pub recorded: bool,
    /// What it said before, in order.
    pub earlier: Vec<ChangeFacts>,
}

/// What a ballot said until it was changed or taken back.
#[derive(Debug, Clone)]
pub struct ChangeFacts {
    /// Why it no longer says so.
    pub kind: BallotChangeKind,
    /// What it said.
    pub choice: Choice,
    /// Until when.
    pub changed_at: Timestamp,
}

/// The count of a vote.
#[derive(Debug, Clone)]
pub struct CountFacts {
    /// Verdict and numbers in one sentence.
    pub sentence: String,
    /// Who took part, in area and heads; heads alone where area does not count.
    pub participation: String,
    /// Each test with its numbers.
    pub tests: Vec<String>,
    /// SHA-256 of the canonical count.
    pub sha256: String,
    /// SHA-256 of the count sheet, from which anybody recounts.
    pub sheet_sha256: String,
}

impl CountFacts {
    /// Of an outcome.
    #[must_use]
    pub fn new(outcome: &yihe_tally::Outcome, sha256: String, sheet_sha256: String) -> Self {
        Self {
            sentence: outcome.sentence(Language::Zh),
            participation: written::participation(&outcome.counts),
            tests: outcome.tests.iter().map(|test| test.sentence(Language::Zh)).collect(),
            sha256,
            sheet_sha256,
        }
    }
}

/// The free text of minutes: the only part that is written by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// What was said on an item.
    pub discussions: BTreeMap<String, String>,
    /// Remarks on the whole.
    pub remarks: String,
}

impl Notes {
    /// What was said on an item.
    #[must_use]
    pub fn discussion(&self, item: AgendaItemId) -> &str {
        self.discussions.get(&item.to_string()).map_or("", String::as_str)
    }

    /// Puts what was said on an item; an empty text takes it away.
    pub fn discuss(&mut self, item: AgendaItemId, text: String) {
        if text.is_empty() {
            self.discussions.remove(&item.to_string());
        } else {
            self.discussions.insert(item.to_string(), text);
        }
    }
}
