use std::sync::Arc;

use yihe_kernel::Timestamp;

use super::Snapshot;
use crate::layer::{Layer, Rule};
use crate::{ConditionSet, Decision, Effect, Residual};

type Found<'a> = Option<(&'a Layer, &'a Rule)>;

/// What the rules that apply have said so far.
#[derive(Default)]
struct Said<'a> {
    allow: Found<'a>,
    maybe: Found<'a>,
    denying: Found<'a>,
    allow_if: ConditionSet,
    deny_if: ConditionSet,
}

impl Snapshot {
    /// Decides for a set of roles: bit tests over the few rules of the permission, layer by layer.
    pub(super) fn decide_for(&self, roles: &[u64], permission: &str, now: Timestamp) -> Decision {
        let Some(place) = self.permissions.get(permission).copied() else {
            return Decision::Deny { grant: None };
        };
        let mut said = Said::default();
        let placed = &self.layers.placed[..];
        let layers = mutate!(placed,
            WidestLayerLeftOut => placed.get(1..).unwrap_or_default(),
            NarrowestLayerLeftOut => &placed[..placed.len().saturating_sub(1)],
        );
        for (first, layer) in layers {
            let roles = &roles[mutate!(*first, BitOfAnotherLayer => 0)..];
            for rule in layer.rules_of(place) {
                let (word, bit) = (usize::from(rule.role / 64), rule.role % 64);
                let held = roles.get(word).is_some_and(|word| word >> bit & 1 == 1);
                if !mutate!(held, RoleNotAsked => true) || !mutate!(rule.term.contains(now), GrantTermIgnored => true) {
                    continue;
                }
                if said.hear(layer, rule) {
                    return Decision::Deny {
                        grant: id(Some((layer, rule))),
                    };
                }
            }
        }
        said.decision()
    }
}

impl<'a> Said<'a> {
    /// Takes in a rule that applies; whether it denies whatever the object.
    fn hear(&mut self, layer: &'a Layer, rule: &'a Rule) -> bool {
        let found = Some((layer, rule));
        match (rule.effect, rule.condition) {
            (Effect::Deny, None) => {
                seed!(DenyIgnored => return false, EarlierAllowStands => if self.allow.is_some() { return false });
                return true;
            }
            (Effect::Deny, Some(condition)) => {
                seed!(ConditionalDenyIgnored => return false, ConditionalDenyAlways => return true);
                self.deny_if.insert(condition);
                self.denying = self.denying.or(found);
            }
            (Effect::Allow, None) => self.allow = self.allow.or(found),
            (Effect::Allow, Some(condition)) => {
                seed!(ConditionalAllowIgnored => return false, ConditionalAllowAlways => self.allow = found);
                self.allow_if.insert(condition);
                self.maybe = self.maybe.or(found);
            }
        }
        false
    }

    fn decision(self) -> Decision {
        let open = self.allow_if.without(self.deny_if);
        let residual = |allow_always, allow_if, found| match id(found) {
            Some(grant) => Decision::Residual(Residual {
                allow_always,
                allow_if,
                deny_if: self.deny_if,
                grant,
            }),
            None => Decision::Deny { grant: None },
        };
        match (self.allow, self.maybe) {
            (Some(_), _) if mutate!(self.deny_if.is_empty(), AllowHidesConditionalDeny => true) => match id(self.allow)
            {
                Some(grant) => Decision::Allow { grant },
                None => Decision::Deny { grant: None },
            },
            (Some(_), _) => residual(true, ConditionSet::EMPTY, self.allow),
            (None, Some(_)) if !open.is_empty() => residual(false, open, self.maybe),
            // whatever would allow is what denies
            (None, Some(_)) => Decision::Deny {
                grant: id(self.denying),
            },
            (None, None) => Decision::Deny { grant: None },
        }
    }
}

fn id(found: Found<'_>) -> Option<Arc<str>> {
    let (layer, rule) = found?;
    layer.grant(rule).map(|grant| Arc::clone(&grant.id))
}
