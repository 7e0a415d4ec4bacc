//! What a rule pack (议事规则包) provides.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::TallyError;
use crate::fraction::Threshold;
use crate::terms::{Base, BodyKind, CadenceUnit, DayUnit, Electorate, MatterClass, Measure, NonResponse};
use crate::{Date, Place};

/// A rule pack as parsed by [`RulePack::parse`]: its provisions together with the exact text they were read from.
/// The two cannot be changed apart, so the hash always speaks for the provisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePack {
    pub(crate) text: String,
    pub(crate) hash: String,
    pub(crate) provisions: Provisions,
}

impl RulePack {
    /// The same through all its versions, such as `cn.joint-conference.default`.
    pub fn id(&self) -> &str {
        &self.provisions.id
    }

    /// The first day in force; with the id it names one version.
    pub fn effective_from(&self) -> Date {
        self.provisions.effective_from
    }

    /// The exact TOML text, comments included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of [`RulePack::text`], 64 lower-case hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What the pack provides.
    pub fn provisions(&self) -> &Provisions {
        &self.provisions
    }

    /// The rules for a vote on one matter class; an error if the pack lets no vote be taken on it.
    pub fn rules_for(&self, matter_class: MatterClass) -> Result<Rules<'_>, TallyError> {
        match self.provisions.majority.get(&matter_class) {
            Some(majority) => Ok(Rules {
                pack: self,
                matter_class,
                majority,
            }),
            None => Err(TallyError::NoMajority {
                pack: self.id().to_owned(),
                matter_class,
            }),
        }
    }
}

/// The part of a pack that one vote is counted by.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pack: &'a RulePack,
    matter_class: MatterClass,
    majority: &'a MajorityRule,
}

impl<'a> Rules<'a> {
    /// The whole pack.
    pub fn pack(self) -> &'a RulePack {
        self.pack
    }

    /// What the vote is about.
    pub fn matter_class(self) -> MatterClass {
        self.matter_class
    }

    /// The majority the matter needs.
    pub fn majority(self) -> &'a MajorityRule {
        self.majority
    }

    /// The quorum of those present, where the pack has one.
    pub fn presence_quorum(self) -> Option<&'a QuorumRule> {
        self.pack.provisions.presence_quorum.as_ref()
    }

    /// The participation that has to be reached, where the pack asks it for this matter.
    pub fn participation(self) -> Option<&'a ParticipationRule> {
        let rule = self.pack.provisions.participation_threshold.as_ref();
        rule.filter(|rule| rule.matter_classes.contains(&self.matter_class))
    }

    /// Whether presence decides anything, so that a vote without a session cannot be counted.
    pub fn needs_presence(self) -> bool {
        self.presence_quorum().is_some() || self.majority.base == Base::Present
    }
}

/// Everything a pack states. Each rule carries the legal source it comes from, or says that it is a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provisions {
    /// Lower-case words joined by `.` and `-`.
    pub id: String,
    /// First day in force.
    pub effective_from: Date,
    /// Last day in force; absent while no end is known.
    pub effective_until: Option<Date>,
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
    /// The majority each matter class needs; a class that is absent takes no vote.
    pub majority: BTreeMap<MatterClass, MajorityRule>,
    /// Voting for others.
    pub proxies: Proxies,
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
    /// How often the body meets; absent where nothing regular is due.
    pub cadence: Option<Cadence>,
    /// How the pack reads the law where the law leaves it open.
    pub readings: Vec<Reading>,
}

/// The name of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// Signatures under the minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signing {
    /// Calendar days after which a missing signature is recorded as such.
    pub days: u32,
    /// Legal source.
    pub source: String,
}

/// Publication of the result (公示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disclosure {
    /// Calendar days within which it is published.
    pub within_days: u32,
    /// Calendar days for which it stays on display.
    pub days: u32,
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
