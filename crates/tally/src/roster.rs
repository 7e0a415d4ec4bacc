//! Who may vote, who was there, and what they cast.

use std::fmt;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::code::codes;
use crate::terms::Measure;

/// The id of one voter in one vote, as the roster gives it; compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VoterId(String);

impl VoterId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for VoterId {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for VoterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a voter weighs, or what a group of voters weighs together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Votes by number: 1 for an organization, a person, an owner of however many units.
    pub heads: u64,
    /// Exclusive area (专有部分面积) in 0.01 m²; 0 where area plays no part.
    pub area: u64,
}

impl Weight {
    /// One of the two numbers. `Both` is no single number; it has the heads.
    pub const fn of(self, measure: Measure) -> u64 {
        match measure {
            Measure::Area => self.area,
            Measure::Heads | Measure::Both => self.heads,
        }
    }

    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            heads: self.heads.checked_add(other.heads)?,
            area: self.area.checked_add(other.area)?,
        })
    }
}

/// Only for parts of a roster whose total was checked.
impl AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.heads += other.heads;
        self.area += other.area;
    }
}

codes! {
    /// Whether a voter of the roster counts for the item.
    Standing {
        /// May vote.
        Entitled = "ENTITLED",
        /// Withdrawn from this item (回避): outside numerator, denominator and quorum.
        Recused = "RECUSED",
    }
}

/// One entry of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voter {
    /// Unique on the roster.
    pub id: VoterId,
    /// Frozen when notice was served.
    pub weight: Weight,
    /// Whether it counts for the item.
    pub standing: Standing,
    /// The groups it belongs to, by the ids packs use; groups the pack does not ask about have no effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

impl Voter {
    /// An entitled voter with one head and no area: an organization of a joint conference, a member of a committee.
    pub fn one_vote(id: impl Into<VoterId>) -> Self {
        Self::owner(id, 0)
    }

    /// An entitled owner: one head and the area of all its units together, in 0.01 m².
    pub fn owner(id: impl Into<VoterId>, area: u64) -> Self {
        Self {
            id: id.into(),
            weight: Weight { heads: 1, area },
            standing: Standing::Entitled,
            groups: Vec::new(),
        }
    }

    /// The same voter as a member of one more group.
    #[must_use]
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.groups.push(group.into());
        self
    }

    /// The same voter, recused for the item.
    #[must_use]
    pub fn recused(self) -> Self {
        Self {
            standing: Standing::Recused,
            ..self
        }
    }
}

codes! {
    /// What a ballot says.
    Choice {
        /// In favour.
        Yes = "YES",
        /// Against.
        No = "NO",
        /// Abstaining: takes part, is not in favour.
        Abstain = "ABSTAIN",
        /// Cast, but its will cannot be read (废票): takes part, is listed.
        Invalid = "INVALID",
    }
}

/// One voter's ballot in a vote by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ballot {
    /// Who voted.
    pub voter: VoterId,
    /// What the ballot says.
    pub choice: Choice,
    /// Who cast it as the voter's proxy; absent where the voter cast it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cast_by: Option<VoterId>,
}

impl Ballot {
    /// A ballot `voter` cast.
    pub fn new(voter: impl Into<VoterId>, choice: Choice) -> Self {
        Self {
            voter: voter.into(),
            choice,
            cast_by: None,
        }
    }

    /// The same ballot, cast by a proxy.
    #[must_use]
    pub fn by_proxy(self, holder: impl Into<VoterId>) -> Self {
        Self {
            cast_by: Some(holder.into()),
            ..self
        }
    }
}

/// Whether there was a session, and who was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Presence {
    /// Weeks of voting without a session.
    Written,
    /// A session.
    Session {
        /// Those present when the vote opened, as the quorum certificate has them. Recused voters may be among them;
        /// they are not counted.
        present: Vec<VoterId>,
    },
}

impl Presence {
    /// A session with these voters present.
    pub fn session<T: Into<VoterId>>(present: impl IntoIterator<Item = T>) -> Self {
        Self::Session {
            present: present.into_iter().map(Into::into).collect(),
        }
    }
}
