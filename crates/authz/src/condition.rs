use std::fmt;
use std::str::FromStr;

use yihe_proto::policy::v1 as pb;

/// What a grant demands of the object: a closed vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Condition {
    /// The acting organization owns the object.
    Owner = 0,
    /// The caller takes part: its organization is a member of the body, or it is invited.
    Participant = 1,
    /// The acting organization owes the commitment or claim.
    Assignee = 2,
    /// The object is about the caller itself.
    Caller = 3,
    /// The acting organization convenes the body.
    Convener = 4,
    /// The property company has a service contract in force for the object's compound.
    Serves = 5,
}

impl Condition {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Owner,
        Self::Participant,
        Self::Assignee,
        Self::Caller,
        Self::Convener,
        Self::Serves,
    ];

    /// Its text in policies, such as `owner`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Participant => "participant",
            Self::Assignee => "assignee",
            Self::Caller => "caller",
            Self::Convener => "convener",
            Self::Serves => "serves",
        }
    }

    /// The wire form.
    #[must_use]
    pub const fn to_proto(self) -> pb::Condition {
        match self {
            Self::Owner => pb::Condition::Owner,
            Self::Participant => pb::Condition::Participant,
            Self::Assignee => pb::Condition::Assignee,
            Self::Caller => pb::Condition::Caller,
            Self::Convener => pb::Condition::Convener,
            Self::Serves => pb::Condition::Serves,
        }
    }

    /// From the wire; `None` for unspecified.
    #[must_use]
    pub const fn from_proto(wire: pb::Condition) -> Option<Self> {
        match wire {
            pb::Condition::Unspecified => None,
            pb::Condition::Owner => Some(Self::Owner),
            pb::Condition::Participant => Some(Self::Participant),
            pb::Condition::Assignee => Some(Self::Assignee),
            pb::Condition::Caller => Some(Self::Caller),
            pb::Condition::Convener => Some(Self::Convener),
            pb::Condition::Serves => Some(Self::Serves),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|condition| condition.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not one of owner, participant, assignee, caller, convener, serves"))
    }
}

/// A set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ConditionSet(u8);

impl ConditionSet {
    /// No condition.
    pub const EMPTY: Self = Self(0);

    /// Adds one.
    pub const fn insert(&mut self, condition: Condition) {
        self.0 |= 1 << condition as u8;
    }

    /// The set as a number, one bit for each of [`Condition::ALL`].
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether it is in.
    #[must_use]
    pub const fn contains(self, condition: Condition) -> bool {
        self.0 & (1 << condition as u8) != 0
    }

    /// Whether none is in.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Them, in the order of [`Condition::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Condition> {
        Condition::ALL
            .into_iter()
            .filter(move |condition| self.contains(*condition))
    }
}

impl FromIterator<Condition> for ConditionSet {
    fn from_iter<I: IntoIterator<Item = Condition>>(conditions: I) -> Self {
        let mut set = Self::EMPTY;
        for condition in conditions {
            set.insert(condition);
        }
        set
    }
}

impl fmt::Display for ConditionSet {
    /// Joined by `|`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<_> = self.iter().map(Condition::as_str).collect();
        f.write_str(&texts.join("|"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_the_contracts() {
        for wire in (1..=6).map(|number| pb::Condition::try_from(number).unwrap()) {
            let condition = Condition::from_proto(wire).unwrap();
            assert_eq!(condition.to_proto(), wire);
            assert_eq!(
                format!("CONDITION_{}", condition.as_str().to_uppercase()),
                wire.as_str_name()
            );
            assert_eq!(condition.as_str().parse(), Ok(condition));
        }
        assert!(
            pb::Condition::try_from(7).is_err(),
            "a condition of the contract is missing here"
        );
        assert!("Owner".parse::<Condition>().unwrap_err().contains("participant"));
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let set: ConditionSet = [Condition::Serves, Condition::Owner].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Condition::Owner, Condition::Serves]);
        assert_eq!(set.to_string(), "owner|serves");
        assert!(set.without(set).is_empty());
    }
}
