//! What rule packs provide. Each rule carries the legal source it comes from, or says that it is a default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fraction::Threshold;
use crate::terms::{Asker, Base, BodyKind, CadenceUnit, DayUnit, Electorate, MatterClass, Measure, NonResponse};
use crate::{Date, Place};

/// Everything a pack states. Each rule carries the legal source it comes from, or says that it is a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provisions {
    /// Lower-case words joined by `.` and `-`.
    pub id: String,
    /// First day in force.
    pub effective_from: Date,
    /// Last day in force; absent while no end is known.
    pub effective_until: Option<Date>,
    /// Whether its numbers were compared with the text of the law. An outcome under a pack that was not says so.
    pub verified: bool,
    /// Whether it applies only where a body names it, never as the default of its kind and place.
    pub chosen_by_name: bool,
    /// Names to show.
    pub title: Title,
    /// The kinds of body it is for; at least one.
    pub body_kinds: Vec<BodyKind>,
    /// Where it is law.
    pub place: Place,
    /// How long before the meeting notice is served.
    pub notice: Notice,
    /// How many have to be present; absent where presence does not matter (written votes).
    pub presence_quorum: Option<QuorumRule>,
    /// How many have to take part, known when the vote closes (owners' assembly).
    pub participation_threshold: Option<ParticipationRule>,
    /// The majority each matter class needs; a class that is absent takes no vote. Empty where the body takes none at all.
    pub majority: BTreeMap<MatterClass, MajorityRule>,
    /// Groups of voters each of which has to be in favour besides the majority.
    pub groups: Vec<GroupRule>,
    /// How many have to second a motion before it is voted on.
    pub seconding: Seconding,
    /// Voting for others.
    pub proxies: Proxies,
    /// How many organizations one person may represent.
    pub representation: Representation,
    /// Whether an open ballot may be changed before close.
    pub change_ballot: bool,
    /// What a voter who casts nothing counts as.
    pub non_response: NonResponse,
    /// Where the rules on ballots come from.
    pub ballots_source: String,
    /// Whether the chair decides a tie.
    pub chair_casting_vote: bool,
    /// Where the rule on ties comes from.
    pub chair_source: String,
    /// How long minutes wait for signatures.
    pub signing: Signing,
    /// How results are made public.
    pub disclosure: Disclosure,
    /// How long objections to what is displayed are received.
    pub objection: Objection,
    /// What happens to commitments that are overdue.
    pub escalation: Escalation,
    /// Who may ask for a meeting out of turn; absent where nobody has a right to.
    pub special_meeting: Option<SpecialMeeting>,
    /// How often the body meets; absent where nothing regular is due.
    pub cadence: Option<Cadence>,
    /// How the pack reads the law where the law leaves it open.
    pub readings: Vec<Reading>,
}

/// The name of a pack or of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Notice of a meeting (会议通知).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Whole days between the day of serving and the day of the meeting.
    pub days: u32,
    /// Which days count.
    pub unit: DayUnit,
    /// Whether shorter notice is good if every member waives.
    pub waiver_allowed: bool,
    /// Legal source.
    pub source: String,
}

/// Presence needed before anything is decided (法定到会人数), in heads of all members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuorumRule {
    /// The share of members.
    pub threshold: Threshold,
    /// Legal source.
    pub source: String,
}

/// Participation needed for a vote to count at all (参与表决比例), of all members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParticipationRule {
    /// What is added up.
    pub measure: Measure,
    /// The share that takes part.
    pub threshold: Threshold,
    /// The matters it is asked for.
    pub matter_classes: Vec<MatterClass>,
    /// Legal source.
    pub source: String,
}

/// The majority one matter class needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MajorityRule {
    /// What is added up.
    pub measure: Measure,
    /// What the share is of.
    pub base: Base,
    /// The share in favour.
    pub threshold: Threshold,
    /// Who has to be on the roster.
    pub electorate: Electorate,
    /// The body to which the law reserves the decision: an adopted motion is then pending until that body ratifies it.
    pub ratified_by: Option<BodyKind>,
    /// Legal source.
    pub source: String,
}

/// A group of voters (分组表决) that decides along with the whole, by heads: owners' representatives on a committee that
/// others sit on too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRule {
    /// Capital words joined by `_`; the roster says who belongs to it.
    pub id: String,
    /// Names to show.
    pub title: Title,
    /// What the share is of, within the group.
    pub base: Base,
    /// The share in favour.
    pub threshold: Threshold,
    /// Legal source.
    pub source: String,
}

/// Seconding of motions (附议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seconding {
    /// Members besides the mover; 0 where a motion needs none.
    pub seconders: u32,
    /// Whether amendments need as many.
    pub amendments: bool,
    /// Legal source.
    pub source: String,
}

/// Objections to what is displayed (公示异议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Objection {
    /// Days from publication in which they are received.
    pub days: u32,
    /// Which days count.
    pub unit: DayUnit,
    /// Days, in the same unit, from an objection to its answer.
    pub answer_days: u32,
    /// Legal source.
    pub source: String,
}

/// Overdue commitments (逾期升级): the head of the organization at once, then the community secretary, then the street.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Escalation {
    /// Days overdue after which it goes to the community secretary; to the street after twice that.
    pub secretary_after_days: u32,
    /// Which days count.
    pub unit: DayUnit,
    /// Legal source.
    pub source: String,
}

/// A meeting out of turn (临时会议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpecialMeeting {
    /// Any one of these is enough; never empty.
    pub asks: Vec<Ask>,
    /// Calendar days within which it is then convened; absent where no period is set.
    pub within_days: Option<u32>,
    /// Legal source.
    pub source: String,
}

/// So many of whom may ask for a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// Who asks.
    pub by: Asker,
    /// The share of all of them.
    pub threshold: Threshold,
}

/// Voting for others (委托).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proxies {
    /// Whether a member may be represented by another's vote at all.
    pub allowed: bool,
    /// How many principals one holder may act for; absent = no limit. Absent where proxies are not allowed.
    pub limit: Option<u32>,
    /// Whether a principal represented by proxy counts as present.
    pub counts_for_quorum: bool,
    /// Legal source.
    pub source: String,
}

/// Representing organizations (代表单位到会).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Representation {
    /// Organizations that one person may represent in one meeting; 1 where the pack says nothing.
    pub organizations_per_person: u32,
    /// Legal source.
    pub source: String,
}

/// Signatures under the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signing {
    /// Days after which a missing signature is recorded as such.
    pub days: u32,
    /// Which days count.
    pub unit: DayUnit,
    /// Legal source.
    pub source: String,
}

/// Publication of the result (公示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Calendar days within which it is published.
    pub within_days: u32,
    /// Days for which it stays on display.
    pub days: u32,
    /// Which days of the display count.
    pub unit: DayUnit,
    /// Days, in the same unit, for which the result of carrying the decision out is displayed as well; absent where only
    /// the decision is.
    pub result_days: Option<u32>,
    /// Legal source.
    pub source: String,
}

/// Regular meetings: one in every so many units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cadence {
    /// How many units one period has; at least 1.
    pub every: u32,
    /// The unit.
    pub unit: CadenceUnit,
    /// Legal source.
    pub source: String,
}

/// One point on which the law can be read in several ways, and how it is read here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The reading, in words.
    pub text: String,
    /// Where it comes from.
    pub source: String,
}
