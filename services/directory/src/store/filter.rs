//! Filter plans of the policies as SQL. The same as `domain::facts`, which a property test holds them to.

use sea_orm::Condition as Sql;
use sea_orm::sea_query::{Expr, SimpleExpr};
use yihe_authz::{Caller, Condition, ConditionSet, Filter};
use yihe_kernel::{OrganizationId, UserId};

/// What a table can say of each condition. An expression must never be NULL: NULL is neither let through nor stopped.
pub trait Columns {
    /// Rows that belong to the organization.
    fn owned_by(&self, _: OrganizationId) -> Option<SimpleExpr> {
        None
    }

    /// Rows about the person.
    fn about(&self, _: UserId) -> Option<SimpleExpr> {
        None
    }

    /// Rows of compounds that the organization serves now.
    fn served_by(&self, _: OrganizationId) -> Option<SimpleExpr> {
        None
    }
}

/// A filter plan and whose it is.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What the policies say.
    pub filter: Filter,
    /// Who looks.
    pub caller: Caller,
}

impl Sight {
    /// The rows the caller may see.
    pub fn sql(&self, columns: &impl Columns) -> Sql {
        match self.filter {
            Filter::All => Sql::all(),
            Filter::None => Sql::all().add(never()),
            Filter::Where { allow_if, deny_if } => {
                let denied = self.any(deny_if, columns).not();
                match allow_if {
                    None => denied,
                    Some(allow_if) => Sql::all().add(self.any(allow_if, columns)).add(denied),
                }
            }
        }
    }

    fn any(&self, conditions: ConditionSet, columns: &impl Columns) -> Sql {
        conditions
            .iter()
            .filter_map(|condition| self.one(condition, columns))
            .fold(Sql::any().add(never()), Sql::add)
    }

    fn one(&self, condition: Condition, columns: &impl Columns) -> Option<SimpleExpr> {
        let acting = self.caller.capacity.organization();
        match condition {
            Condition::Owner => columns.owned_by(acting?),
            Condition::Serves => columns.served_by(acting?),
            Condition::Caller => columns.about(self.caller.principal.user()?),
            Condition::Participant | Condition::Assignee | Condition::Convener => None,
        }
    }
}

fn never() -> SimpleExpr {
    Expr::cust("1 = 0")
}
