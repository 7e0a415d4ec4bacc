use std::sync::Arc;

use yihe_proto::policy::v1::Verdict;

use crate::{Condition, ConditionSet};

/// What the policies say about a permission before the object is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, whatever the object.
    Allow {
        /// Id of the grant that allows.
        grant: Arc<str>,
    },
    /// Denied, whatever the object.
    Deny {
        /// Id of the grant that denies; `None` where nothing grants.
        grant: Option<Arc<str>>,
    },
    /// It depends on conditions of the object.
    Residual(Residual),
}

impl Decision {
    /// The wire form's verdict.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Allow { .. } => Verdict::Allow,
            Self::Deny { .. } => Verdict::Deny,
            Self::Residual(_) => Verdict::Conditional,
        }
    }

    /// Id of the grant that decides; of a residual, the first that may allow.
    #[must_use]
    pub fn grant(&self) -> Option<&Arc<str>> {
        match self {
            Self::Allow { grant } => Some(grant),
            Self::Deny { grant } => grant.as_ref(),
            Self::Residual(residual) => Some(&residual.grant),
        }
    }

    /// The decision for an object of which `holds` tells the facts.
    #[must_use]
    pub fn settle(&self, holds: &dyn Fn(Condition) -> bool) -> bool {
        match self {
            Self::Allow { .. } => true,
            Self::Deny { .. } => false,
            Self::Residual(residual) => residual.settle(holds),
        }
    }

    /// In a few words for a machine, what a denied caller lacks. Tells nothing of the object: the same for one that exists,
    /// one that does not, and one whose facts are otherwise.
    #[must_use]
    pub fn missing(&self) -> String {
        match self {
            Self::Allow { .. } => String::new(),
            Self::Deny { grant: None } => "no role here".to_owned(),
            Self::Deny { grant: Some(_) } => "denied here".to_owned(),
            Self::Residual(residual) => residual.missing(),
        }
    }
}

/// The conditions still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residual {
    /// A grant allows without condition; only `deny_if` is open.
    pub allow_always: bool,
    /// One of these must hold, unless `allow_always`. None of them is in `deny_if`.
    pub allow_if: ConditionSet,
    /// None of these may hold.
    pub deny_if: ConditionSet,
    /// Id of the first grant that may allow.
    pub grant: Arc<str>,
}

impl Residual {
    /// The decision for an object of which `holds` tells the facts. Asks for no fact that does not matter.
    #[must_use]
    pub fn settle(&self, holds: &dyn Fn(Condition) -> bool) -> bool {
        if self.deny_if.iter().any(holds) {
            return mutate!(false, SettleIgnoresDeny => self.allow_always || self.allow_if.iter().any(holds));
        }
        self.allow_always || mutate!(self.allow_if.iter().any(holds), SettleWantsAll => self.allow_if.iter().all(holds))
    }

    fn missing(&self) -> String {
        let mut parts = Vec::new();
        if !self.allow_always {
            parts.push(self.allow_if.to_string());
        }
        if !self.deny_if.is_empty() {
            parts.push(format!("not {}", self.deny_if));
        }
        parts.join(" and ")
    }
}

/// Which objects of a list a caller may see, to be turned into SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// None.
    None,
    /// Those for which a condition of `allow_if` holds and none of `deny_if`.
    Where {
        /// One must hold; `None` means no condition.
        allow_if: Option<ConditionSet>,
        /// None may hold.
        deny_if: ConditionSet,
    },
}

impl Filter {
    /// Whether an object with these facts is let through; what the SQL must answer too.
    #[must_use]
    pub fn lets_through(self, holds: &dyn Fn(Condition) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Where { allow_if, deny_if } => {
                !deny_if.iter().any(holds) && allow_if.is_none_or(|allow_if| allow_if.iter().any(holds))
            }
        }
    }

    /// A filter that lets through nothing that either stops. Where both demand a condition, only the conditions that satisfy
    /// both count: rather too little than too much.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let (
            Self::Where {
                allow_if: a,
                deny_if: c,
            },
            Self::Where {
                allow_if: b,
                deny_if: d,
            },
        ) = (self, other)
        else {
            return match (self, other) {
                (Self::All, filter) | (filter, Self::All) => filter,
                _ => Self::None,
            };
        };
        let deny_if = c.union(d);
        let allow_if = match (a, b) {
            (Some(a), Some(b)) => Some(a.intersection(b)),
            (one, other) => one.or(other),
        };
        match allow_if.map(|set| set.without(deny_if)) {
            Some(set) if set.is_empty() => Self::None,
            allow_if => Self::Where { allow_if, deny_if },
        }
    }
}

impl From<&Decision> for Filter {
    fn from(decision: &Decision) -> Self {
        match decision {
            Decision::Allow { .. } => Self::All,
            Decision::Deny { .. } => Self::None,
            Decision::Residual(residual) => Self::Where {
                allow_if: (!residual.allow_always).then_some(residual.allow_if),
                deny_if: residual.deny_if,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(conditions: &[Condition]) -> ConditionSet {
        conditions.iter().copied().collect()
    }

    fn filters() -> Vec<Filter> {
        let sets = [
            set(&[]),
            set(&[Condition::Owner]),
            set(&[Condition::Caller]),
            set(&[Condition::Owner, Condition::Caller]),
        ];
        let mut filters = vec![Filter::All, Filter::None];
        for deny_if in sets {
            filters.push(Filter::Where {
                allow_if: None,
                deny_if,
            });
            filters.extend(sets[1..].iter().map(|allow_if| Filter::Where {
                allow_if: Some(*allow_if),
                deny_if,
            }));
        }
        filters
    }

    #[test]
    fn two_filters_let_through_nothing_that_either_stops() {
        let facts = [
            set(&[]),
            set(&[Condition::Owner]),
            set(&[Condition::Caller]),
            set(&[Condition::Owner, Condition::Caller]),
        ];
        for one in filters() {
            for other in filters() {
                for facts in facts {
                    let passes = |filter: Filter| filter.lets_through(&|condition| facts.contains(condition));
                    let both = passes(one) && passes(other);
                    assert!(both || !passes(one.and(other)), "{one:?} and {other:?} with {facts}");
                    // nothing is lost either, unless both ask for something
                    let both_ask = |filter| matches!(filter, Filter::Where { allow_if: Some(_), .. });
                    assert!(!both || passes(one.and(other)) || (both_ask(one) && both_ask(other)));
                }
            }
        }
    }

    #[test]
    fn what_is_missing_tells_the_conditions_and_no_more() {
        let residual = |allow_always, allow_if, deny_if| {
            Decision::Residual(Residual {
                allow_always,
                allow_if,
                deny_if,
                grant: "g".into(),
            })
        };
        let (owner, serves) = (set(&[Condition::Owner]), set(&[Condition::Serves]));
        assert_eq!(residual(false, owner.union(serves), set(&[])).missing(), "owner|serves");
        assert_eq!(residual(false, owner, serves).missing(), "owner and not serves");
        assert_eq!(residual(true, set(&[]), serves).missing(), "not serves");
        assert_eq!(Decision::Deny { grant: None }.missing(), "no role here");
        assert_eq!(
            Decision::Deny {
                grant: Some("g".into())
            }
            .missing(),
            "denied here"
        );
    }
}
