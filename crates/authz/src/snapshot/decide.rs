use std::hint::black_box;
use std::sync::Arc;

use yihe_kernel::Timestamp;

use super::marks::Likely;
use super::roles::Roles;
use super::{Placed, Snapshot};
use crate::layer::{Layer, Rule};
use crate::{Capacity, Catalogue, ConditionSet, Decision, Effect, Principal, Residual};

/// A rule and its layer.
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
    /// Decides about the permission at a place of the catalogue; `None` where nothing applies.
    pub(super) fn decide_at(
        &self,
        principal: &Principal,
        capacity: Capacity,
        place: usize,
        now: Timestamp,
    ) -> Option<Decision> {
        if !self.may_apply(principal, capacity, place, now) {
            return None;
        }
        // these are far, and so is the row
        self.layers.iter().for_each(|placed| placed.index.ask_for(place));
        let roles = self.standings.at(principal, capacity, now)?;
        Some(self.decide_for(roles, place, now))
    }

    /// Whether any rule may apply; where one does, always. Reads a few pieces of the snapshot itself, none of which tells where another
    /// is, so that they come at once, and of rules only those that many communities share.
    fn may_apply(&self, principal: &Principal, capacity: Capacity, place: usize, now: Timestamp) -> bool {
        // asked for before anything is done with any of them: one far piece takes as long as all
        self.narrow.ask_for(place);
        self.standings.ask_for(principal, capacity);
        black_box(Arc::as_ptr(&self.wide));
        let likely = self.standings.likely(principal, capacity, now);
        let roles = match mutate!(likely, ActsForAnybody => Likely::Unclear) {
            Likely::Nothing => return false,
            Likely::One(role) => role.with_implied(),
            Likely::Unclear => return true,
        };
        self.narrow.names(place, roles) || self.wide.names(place, roles)
    }

    /// Decides for a set of roles about a permission by its name.
    pub(super) fn decide_about(&self, roles: Roles<'_>, permission: &str, now: Timestamp) -> Decision {
        match Catalogue::shipped().permission_index(permission) {
            Some(place) => self.decide_for(roles, place, now),
            None => Decision::Deny { grant: None },
        }
    }

    /// Decides for a set of roles: a look at the few rules of the permission, layer by layer.
    pub(super) fn decide_for(&self, roles: Roles<'_>, place: usize, now: Timestamp) -> Decision {
        let mut said = Said::default();
        let placed = self.layers.iter().enumerate();
        let layers = mutate!(placed,
            WidestLayerLeftOut => { let mut placed = placed; placed.next(); placed },
            NarrowestLayerLeftOut => { let mut placed = placed; placed.next_back(); placed },
        );
        for (number, Placed { index, layer }) in layers {
            for rule in index.rules_of(place) {
                let held = roles.hold(number, rule.role);
                if !mutate!(held, RoleNotAsked => true) || !mutate!(layer.in_force(rule, now), GrantTermIgnored => true)
                {
                    continue;
                }
                let found = Some((&**layer, rule));
                if said.hear(found, rule) {
                    return Decision::Deny { grant: id(found) };
                }
            }
        }
        said.decision()
    }
}

impl<'a> Said<'a> {
    /// Takes in a rule that applies; whether it denies whatever the object.
    fn hear(&mut self, found: Found<'a>, rule: &Rule) -> bool {
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
