//! Which rows of a list a caller may see: the facts of `crate::lookup` once more, as SQL.

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, SimpleExpr};
use uuid::Uuid;
use yihe_authz::{Condition, ConditionSet, Filter};

use super::entity::{bookable, booking, claim, listing, project};
use crate::domain::BookerId;

/// The caller of a list: its filter plan and for whom it acts.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What the policies say.
    pub filter: Filter,
    /// The organization acted for, or the person acting for itself, which owns nothing but what it booked.
    pub acting: Option<BookerId>,
}

type Fact<'a> = &'a dyn Fn(Condition, Uuid) -> Option<SimpleExpr>;

impl Sight {
    /// What can be booked: owned or not.
    pub fn of_bookables(&self) -> Cond {
        use bookable::Column;
        self.condition(&|condition, acting| match condition {
            Condition::Owner => Some(Column::Owner.eq(acting)),
            _ => None,
        })
    }

    /// Bookings: the owner of what is booked owns them, and they are about who booked.
    pub fn of_bookings(&self) -> Cond {
        use booking::Column;
        self.condition(&|condition, acting| match condition {
            Condition::Owner => Some(Column::Owner.eq(acting)),
            Condition::Caller => Some(Column::Booker.eq(acting)),
            _ => None,
        })
    }

    /// Needs and offers.
    pub fn of_listings(&self) -> Cond {
        use listing::Column;
        self.condition(&|condition, acting| match condition {
            Condition::Owner => Some(Column::Owner.eq(acting)),
            _ => None,
        })
    }

    /// Claims: the owner of what is claimed owns them, and who claimed owes them; they are about it.
    pub fn of_claims(&self) -> Cond {
        use claim::Column;
        self.condition(&|condition, acting| match condition {
            Condition::Owner => Some(Column::Owner.eq(acting)),
            Condition::Assignee | Condition::Caller => Some(Column::Claimant.eq(acting)),
            _ => None,
        })
    }

    /// Projects.
    pub fn of_projects(&self) -> Cond {
        use project::Column;
        self.condition(&|condition, acting| match condition {
            Condition::Owner => Some(Column::Owner.eq(acting)),
            _ => None,
        })
    }

    fn condition(&self, fact: Fact<'_>) -> Cond {
        match self.filter {
            Filter::All => Cond::all(),
            Filter::None => Cond::all().add(never()),
            Filter::Where { allow_if, deny_if } => {
                let denied = self.any(deny_if, fact);
                match allow_if {
                    None => Cond::all().add(denied.not()),
                    Some(allow_if) => Cond::all().add(denied.not()).add(self.any(allow_if, fact)),
                }
            }
        }
    }

    /// Whether one of the conditions holds; what has no meaning for the rows holds for none.
    fn any(&self, conditions: ConditionSet, fact: Fact<'_>) -> SimpleExpr {
        let acting = self.acting.map(BookerId::uuid);
        let facts = conditions.iter().filter_map(|condition| fact(condition, acting?));
        facts.reduce(ExprTrait::or).unwrap_or_else(never)
    }
}

fn never() -> SimpleExpr {
    Expr::val(1).eq(0)
}

#[cfg(test)]
mod tests;
