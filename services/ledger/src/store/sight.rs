//! Which accounts a caller may see in a list, as SQL.

use sea_orm::{ColumnTrait, Condition};
use yihe_authz::Filter;
use yihe_kernel::{OrganizationId, UserId};

use super::entity::account;
use crate::domain::Owner;
use crate::lookup::Facts;

/// What a caller sees.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    organization: Option<(OrganizationId, bool)>,
    person: Option<(UserId, bool)>,
    others: bool,
}

impl Sight {
    /// What a filter lets through for who acts.
    #[must_use]
    pub fn new(filter: Filter, organization: Option<OrganizationId>, user: Option<UserId>) -> Self {
        let sees = |facts: Facts| filter.lets_through(&|condition| facts.holds(condition));
        let owner = Facts {
            owner: true,
            ..Facts::default()
        };
        let caller = Facts {
            caller: true,
            ..Facts::default()
        };
        Self {
            organization: organization.map(|organization| (organization, sees(owner))),
            person: user.map(|user| (user, sees(caller))),
            others: sees(Facts::default()),
        }
    }

    /// Of accounts.
    #[must_use]
    pub fn of_accounts(&self) -> Condition {
        let of = |owner: Owner| {
            let (kind, id) = owner.columns();
            Condition::all()
                .add(account::Column::OwnerKind.eq(kind))
                .add(account::Column::Owner.eq(id))
        };
        let organization = self.organization.map(|(id, seen)| (Owner::Organization(id), seen));
        let person = self.person.map(|(id, seen)| (Owner::Person(id), seen));
        let mut others = Condition::all();
        // an empty `any` would let everything through
        let mut seen = Condition::any().add(account::Column::Id.is_null());
        for (owner, is_seen) in [organization, person].into_iter().flatten() {
            others = others.add(of(owner).not());
            if is_seen {
                seen = seen.add(of(owner));
            }
        }
        if self.others {
            seen = match others.is_empty() {
                true => Condition::all(),
                false => seen.add(others),
            };
        }
        seen
    }
}
