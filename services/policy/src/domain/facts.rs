use yihe_authz::{Condition, ConditionSet, Decision};
use yihe_kernel::{Fields, Result};
use yihe_proto::policy::v1 as pb;

/// What is known of an object: with it every condition is settled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts(ConditionSet);

impl Facts {
    /// Reads them, where they are given.
    pub fn read(wire: Option<&pb::ObjectFacts>) -> Result<Option<Self>> {
        let Some(wire) = wire else { return Ok(None) };
        let mut fields = Fields::new();
        let mut held = ConditionSet::EMPTY;
        for (place, number) in wire.conditions.iter().enumerate() {
            let known = pb::Condition::try_from(*number).ok().and_then(Condition::from_proto);
            match known {
                Some(condition) => held.insert(condition),
                None => fields.refuse(
                    &format!("facts.conditions[{place}]"),
                    "is not a condition",
                    "不是已有的条件",
                ),
            }
        }
        fields.finish()?;
        Ok(Some(Self(held)))
    }

    /// These conditions hold, and no other.
    pub fn of(held: ConditionSet) -> Self {
        Self(held)
    }

    /// The decision for an object with these facts.
    pub fn settle(self, decision: Decision) -> Decision {
        let allowed = decision.settle(&|condition| self.0.contains(condition));
        match decision {
            Decision::Residual(residual) if allowed => Decision::Allow { grant: residual.grant },
            Decision::Residual(_) => Decision::Deny { grant: None },
            decided => decided,
        }
    }
}

#[cfg(test)]
mod tests {
    use yihe_authz::Residual;

    use super::*;

    #[test]
    fn facts_settle_what_was_open() {
        let open = || {
            Decision::Residual(Residual {
                allow_always: false,
                allow_if: Condition::ALL.into_iter().take(1).collect(),
                deny_if: ConditionSet::EMPTY,
                grant: "g".into(),
            })
        };
        let facts = |conditions: &[Condition]| Facts::of(conditions.iter().copied().collect());
        assert_eq!(
            facts(&[Condition::Owner]).settle(open()),
            Decision::Allow { grant: "g".into() }
        );
        assert_eq!(
            facts(&[Condition::Serves]).settle(open()),
            Decision::Deny { grant: None }
        );
        let denied = Decision::Deny {
            grant: Some("d".into()),
        };
        assert_eq!(facts(&[Condition::Owner]).settle(denied.clone()), denied);
    }

    #[test]
    fn an_unknown_condition_is_named() {
        let wire = pb::ObjectFacts {
            conditions: vec![1, 99],
        };
        let refusal = Facts::read(Some(&wire)).unwrap_err();
        assert_eq!(refusal.violations()[0].field, "facts.conditions[1]");
        assert!(Facts::read(None).unwrap().is_none());
    }
}
