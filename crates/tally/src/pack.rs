//! A rule pack (议事规则包), and the part of it that one vote is counted by.

use crate::Date;
use crate::error::TallyError;
use crate::provisions::{GroupRule, MajorityRule, ParticipationRule, Provisions, QuorumRule};
use crate::terms::{Base, MatterClass};

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

    /// The groups of voters each of which has to be in favour too.
    pub fn groups(self) -> &'a [GroupRule] {
        &self.pack.provisions.groups
    }

    /// Whether presence decides anything, so that a vote without a session cannot be counted.
    pub fn needs_presence(self) -> bool {
        self.presence_quorum().is_some()
            || self.majority.base == Base::Present
            || self.groups().iter().any(|group| group.base == Base::Present)
    }
}
