//! What a count comes to.

use serde::{Deserialize, Serialize};

use crate::Date;
use crate::canonical;
use crate::code::codes;
use crate::error::TallyError;
use crate::finding::Finding;
use crate::pack::Rules;
use crate::roster::{Choice, VoterId, Weight};
use crate::terms::{BodyKind, CastingVote, MatterClass};

codes! {
    /// The result of a vote.
    Verdict {
        /// Every test is met.
        Adopted = "ADOPTED",
        /// The majority is missed.
        Rejected = "REJECTED",
        /// More than half was needed and exactly half is in favour, the other half against, in everything measured.
        /// Not adopted; a chair may decide where the pack says so.
        Tied = "TIED",
        /// Too few were present: nothing could be decided.
        NoQuorum = "NO_QUORUM",
        /// Too few took part: the vote does not count.
        InsufficientParticipation = "INSUFFICIENT_PARTICIPATION",
    }
}

/// How the roster voted. `yes + no + abstain + invalid = participating`, `participating + not_voted = members`;
/// recused voters are in none of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// All entitled to vote.
    pub members: Weight,
    /// Those present in a session, and those a proxy stands for; `None` without a session.
    pub present: Option<Weight>,
    /// How many of those a proxy stands for; absent where none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub represented: Option<Weight>,
    /// Those who cast a ballot.
    pub participating: Weight,
    /// In favour.
    pub yes: Weight,
    /// Against.
    pub no: Weight,
    /// Abstaining.
    pub abstain: Weight,
    /// Invalid.
    pub invalid: Weight,
    /// Entitled, no ballot.
    pub not_voted: Weight,
}

impl Counts {
    pub(crate) fn open(members: Weight) -> Self {
        let none = Weight::default();
        Self {
            members,
            present: None,
            represented: None,
            participating: none,
            yes: none,
            no: none,
            abstain: none,
            invalid: none,
            not_voted: members,
        }
    }

    pub(crate) fn add(&mut self, choice: Choice, weight: Weight) {
        let side = match choice {
            Choice::Yes => &mut self.yes,
            Choice::No => &mut self.no,
            Choice::Abstain => &mut self.abstain,
            Choice::Invalid => &mut self.invalid,
        };
        *side += weight;
        self.participating += weight;
        self.not_voted.heads -= weight.heads;
        self.not_voted.area -= weight.area;
    }

    pub(crate) fn without_area(self) -> Self {
        let heads = |weight: Weight| Weight {
            heads: weight.heads,
            area: 0,
        };
        Self {
            members: heads(self.members),
            present: self.present.map(heads),
            represented: self.represented.map(heads),
            participating: heads(self.participating),
            yes: heads(self.yes),
            no: heads(self.no),
            abstain: heads(self.abstain),
            invalid: heads(self.invalid),
            not_voted: heads(self.not_voted),
        }
    }
}

codes! {
    /// Why a ballot is listed.
    Problem {
        /// Its will could not be read: takes part, not in favour.
        InvalidBallot = "INVALID_BALLOT",
        /// The ballots for several units of one owner differ: takes part, not in favour.
        UnitsDiffer = "UNITS_DIFFER",
        /// An owner cast for some of its units and not for others; the ballot speaks for all.
        UnitsSilent = "UNITS_SILENT",
        /// The co-owners of a unit nominated nobody and differ: not counted.
        CoOwnersDisagree = "CO_OWNERS_DISAGREE",
        /// Cast by a co-owner while another one is nominated: not counted.
        NotNominated = "NOT_NOMINATED",
        /// Cast by a proxy who holds more of them than the pack allows: none of them is counted.
        ProxyOverLimit = "PROXY_OVER_LIMIT",
        /// Cast by a proxy who is recused for the item: not counted.
        ProxyRecused = "PROXY_RECUSED",
        /// Cast by a proxy although the principal was there or cast a ballot: not counted.
        ProxyVoid = "PROXY_VOID",
    }
}

/// One ballot that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Whose ballot.
    pub voter: VoterId,
    /// What is the matter with it.
    pub problem: Problem,
    /// The unit it was cast for; absent where the voter as a whole is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Who cast it; absent where that is the voter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cast_by: Option<VoterId>,
}

impl Listed {
    pub(crate) fn new(voter: &VoterId, problem: Problem) -> Self {
        Self {
            voter: voter.clone(),
            problem,
            unit: None,
            cast_by: None,
        }
    }

    pub(crate) fn cast_by(self, cast_by: &VoterId) -> Self {
        Self {
            cast_by: Some(cast_by.clone()),
            ..self
        }
    }

    pub(crate) fn of_unit(self, unit: &str) -> Self {
        Self {
            unit: Some(unit.to_owned()),
            ..self
        }
    }
}

/// A verdict with everything needed to check it: the rules it was counted by, the numbers, and each test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Id of the pack.
    pub pack_id: String,
    /// First day of the version of the pack.
    pub pack_effective_from: Date,
    /// SHA-256 of the text of the pack, hexadecimal.
    pub pack_hash: String,
    /// Whether the numbers of the pack were compared with the text of the law; absent in JSON where they were.
    #[serde(default = "verified", skip_serializing_if = "is_verified")]
    pub pack_verified: bool,
    /// What the vote was about.
    pub matter_class: MatterClass,
    /// The result.
    pub verdict: Verdict,
    /// Where the law reserves the matter to another body: an adopted motion is pending until that body ratifies it.
    pub ratified_by: Option<BodyKind>,
    /// How the chair decided a tie, if it did.
    pub casting_vote: Option<CastingVote>,
    /// How the roster voted.
    pub counts: Counts,
    /// Quorum, participation, majority, as far as the pack asks for them, in this order.
    pub tests: Vec<Finding>,
    /// Ballots to look at, by voter.
    pub listed: Vec<Listed>,
}

const fn verified() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_verified(verified: &bool) -> bool {
    *verified
}

impl Outcome {
    pub(crate) fn new(
        rules: Rules<'_>,
        verdict: Verdict,
        counts: Counts,
        tests: Vec<Finding>,
        listed: Vec<Listed>,
    ) -> Self {
        Self {
            pack_id: rules.pack().id().to_owned(),
            pack_effective_from: rules.pack().effective_from(),
            pack_hash: rules.pack().hash().to_owned(),
            pack_verified: rules.pack().provisions().verified,
            matter_class: rules.matter_class(),
            verdict,
            ratified_by: rules.majority().ratified_by,
            casting_vote: None,
            counts,
            tests,
            listed,
        }
    }

    /// Whether the motion is carried but waits for the body the law reserves it to.
    pub fn pending_ratification(&self) -> Option<BodyKind> {
        self.ratified_by.filter(|_| self.verdict == Verdict::Adopted)
    }

    /// The chair decides a tie; refused where the pack gives no such vote or nothing is tied. Counts and tests stay as
    /// they are: the casting vote is not one more ballot.
    pub fn decide_tie(self, rules: Rules<'_>, vote: CastingVote) -> Result<Self, TallyError> {
        if self.pack_hash != rules.pack().hash() || self.matter_class != rules.matter_class() {
            return Err(TallyError::OtherRules);
        }
        if !rules.pack().provisions().chair_casting_vote {
            return Err(TallyError::NoCastingVote { pack: self.pack_id });
        }
        if self.verdict != Verdict::Tied {
            return Err(TallyError::NotTied);
        }
        let verdict = match vote {
            CastingVote::Yes => Verdict::Adopted,
            CastingVote::No => Verdict::Rejected,
        };
        Ok(Self {
            verdict,
            casting_vote: Some(vote),
            ..self
        })
    }

    /// JSON in one fixed form: keys sorted, no white space, whole numbers only. Two counts of the same vote agree if and
    /// only if these bytes agree.
    pub fn canonical_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        canonical::bytes(self)
    }
}
