use std::cell::Cell;
use std::fmt::Display;
use std::sync::Arc;

use uuid::Uuid;
use yihe_kernel::{CommunityId, Error, OrganizationId, Result, UserId};

use crate::guard::refusal;
use crate::usage::Asked;
use crate::{Caller, Capacity, Condition, Decision, Filter, Outcome, Principal, Scope, Usage, Use};

/// A caller that was let in, with the conditions still open. Becomes [`Authorized`] once they are settled.
#[derive(Debug)]
#[must_use = "a caller let in may still be refused: settle its conditions"]
pub struct Admitted {
    pub(crate) caller: Caller,
    pub(crate) community: Option<CommunityId>,
    pub(crate) required: Vec<Needed>,
    pub(crate) usage: Arc<Usage>,
}

/// A permission that a request needs, as far as it was decided without the object.
#[derive(Debug)]
pub(crate) struct Needed {
    pub permission: &'static str,
    pub decision: Decision,
    pub scope: Scope,
    /// The roles it was decided for.
    pub roles: Box<str>,
    pub day: i32,
}

impl Needed {
    pub fn count_denied(&self, usage: &Usage) {
        self.count(usage, Asked::default(), Outcome::Denied);
    }

    fn count(&self, usage: &Usage, Asked { asked, held }: Asked, outcome: Outcome) {
        usage.count(Use {
            scope: self.scope.clone(),
            day: self.day,
            roles: self.roles.clone(),
            permission: self.permission,
            asked,
            held,
            outcome,
        });
    }

    fn settle(&self, usage: &Usage, holds: &dyn Fn(Condition) -> bool) -> bool {
        let seen = Cell::new(Asked::default());
        let allowed = self.decision.settle(&|condition| {
            let (mut asked, answer) = (seen.get(), holds(condition));
            asked.note(condition, answer);
            seen.set(asked);
            answer
        });
        let outcome = if allowed { Outcome::Allowed } else { Outcome::Denied };
        self.count(usage, seen.get(), outcome);
        allowed
    }
}

impl Admitted {
    /// Who calls, for whom.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The one community that the request names.
    ///
    /// # Errors
    /// `INTERNAL` where it names none, which the RPC's contract should not permit.
    pub fn community(&self) -> Result<&CommunityId> {
        self.community.as_ref().ok_or_else(nowhere)
    }

    /// The organization acted for.
    #[must_use]
    pub fn organization(&self) -> Option<OrganizationId> {
        self.caller.capacity.organization()
    }

    /// The person, where a person calls.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.caller.principal.user()
    }

    /// Whether it may whatever the object; only then may it learn that there is none.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        self.required
            .iter()
            .all(|needed| matches!(needed.decision, Decision::Allow { .. }))
    }

    /// The answer where the target does not exist: `RESOURCE_NOT_FOUND` for those who may whatever the object, for all others
    /// the same `PERMISSION_DENIED` as for a target that exists.
    #[must_use]
    pub fn missing(&self, name: impl Display) -> Error {
        let conditional = self
            .required
            .iter()
            .find(|needed| !matches!(needed.decision, Decision::Allow { .. }));
        conditional.map_or_else(
            || Error::not_found(name),
            |needed| refusal(needed.permission, &needed.decision),
        )
    }

    /// Settles the open conditions with the facts of the target.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` naming the first permission that is lacking.
    pub fn settle(self, holds: &dyn Fn(Condition) -> bool) -> Result<Authorized> {
        // the same permission is named whether the target exists or not
        let refused = self
            .required
            .iter()
            .filter(|needed| !needed.settle(&self.usage, holds))
            .count();
        if refused > 0 {
            Err(self.missing(""))
        } else {
            Ok(self.into_authorized())
        }
    }

    /// For RPCs without a target: a condition, having no object, does not hold.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` where only a condition could have allowed.
    pub fn without_target(self) -> Result<Authorized> {
        self.settle(&|_| false)
    }

    /// Which objects of a list it may see.
    #[must_use]
    pub fn filter(&self) -> Filter {
        self.required
            .iter()
            .map(|needed| Filter::from(&needed.decision))
            .fold(Filter::All, Filter::and)
    }

    /// The proof for a list, each object of which [`Admitted::filter`] has let through.
    #[must_use]
    pub fn authorized_list(self) -> Authorized {
        for needed in &self.required {
            let outcome = match needed.decision {
                Decision::Allow { .. } => Outcome::Allowed,
                Decision::Deny { .. } | Decision::Residual(_) => Outcome::Filtered,
            };
            needed.count(&self.usage, Asked::default(), outcome);
        }
        self.into_authorized()
    }

    fn into_authorized(self) -> Authorized {
        Authorized {
            caller: self.caller,
            community: self.community,
            event: None,
        }
    }
}

/// Proof that a caller may do what it asks; every write demands one.
///
/// Only a settled decision or an event yields one. It cannot be put together elsewhere:
///
/// ```compile_fail,E0451
/// fn forge(caller: yihe_authz::Caller) -> yihe_authz::Authorized {
///     yihe_authz::Authorized { caller, community: None, event: None }
/// }
/// ```
///
/// nor copied for later use:
///
/// ```compile_fail,E0599
/// fn keep(proof: &yihe_authz::Authorized) -> yihe_authz::Authorized {
///     proof.clone()
/// }
/// ```
#[derive(Debug)]
pub struct Authorized {
    caller: Caller,
    community: Option<CommunityId>,
    event: Option<Uuid>,
}

impl Authorized {
    /// A service acting as itself on an event it consumed or a timer it keeps. Which permissions that stands for is listed
    /// beside the consumer.
    #[must_use]
    pub fn by_event(service: &str, event_id: Uuid, community: CommunityId) -> Self {
        Self::by_event_at(service, event_id, &Scope::Community(community))
    }

    /// The same in a community or region.
    #[must_use]
    pub fn by_event_at(service: &str, event_id: Uuid, scope: &Scope) -> Self {
        let caller = Caller {
            principal: Principal::Service(service.into()),
            capacity: Capacity::Own,
            address: None,
            token_issued_at: None,
        };
        Self {
            caller,
            community: scope.community().cloned(),
            event: Some(event_id),
        }
    }

    /// Who acts, for whom.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The community acted in.
    ///
    /// # Errors
    /// `INTERNAL` where the request names none, which the RPC's contract should not permit.
    pub fn community(&self) -> Result<&CommunityId> {
        self.community.as_ref().ok_or_else(nowhere)
    }

    /// Name of the principal, such as `users/{user}`, as it stands in events.
    #[must_use]
    pub fn actor(&self) -> String {
        self.caller.principal.to_string()
    }

    /// The organization acted for.
    #[must_use]
    pub fn organization(&self) -> Option<OrganizationId> {
        self.caller.capacity.organization()
    }

    /// The person, where a person acts.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.caller.principal.user()
    }

    /// The event acted on, where a service acts.
    #[must_use]
    pub fn event(&self) -> Option<Uuid> {
        self.event
    }
}

fn nowhere() -> Error {
    Error::internal("an RPC that needs a community takes requests without one")
}
