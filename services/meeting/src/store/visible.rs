//! Which rows of a list a caller may see: the facts of `crate::lookup` once more, as SQL. A property test holds them equal.

use sea_orm::sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement, SimpleExpr};
use yihe_authz::{Condition, ConditionSet, Filter};

use crate::domain::Member;
use crate::names::BodyId;

use super::entity::{body, body_member, commitment, meeting, ratification, resolution, roster_entry};

/// The caller of a list: its filter plan and who it acts as.
#[derive(Debug, Clone)]
pub struct Sight {
    /// What the policies say.
    pub filter: Filter,
    /// Who acts; nobody is a member of nothing.
    pub member: Option<Member>,
    /// The owners' assemblies of the compounds in which it owns: it is a member of them by the register.
    pub assemblies: Vec<BodyId>,
}

type Fact<'a> = &'a dyn Fn(Condition, Member) -> Option<SimpleExpr>;

impl Sight {
    /// Bodies.
    pub fn of_bodies(&self) -> Cond {
        self.condition(&|condition, member| match condition {
            Condition::Participant => Some(
                member_of(
                    (body::Entity, body::Column::Community),
                    (body::Entity, body::Column::Id),
                    member,
                )
                .or(self.assembly((body::Entity, body::Column::Id))),
            ),
            Condition::Convener => Some(is_organization((body::Entity, body::Column::Convener), member)),
            Condition::Owner | Condition::Assignee | Condition::Caller | Condition::Serves => None,
        })
    }

    /// Meetings.
    pub fn of_meetings(&self) -> Cond {
        use meeting::{Column, Entity};
        self.condition(&|condition, member| match condition {
            Condition::Participant => Some(
                on_roster((Entity, Column::Community), (Entity, Column::Id), member)
                    .or(member_of((Entity, Column::Community), (Entity, Column::Body), member))
                    .or(self.assembly((Entity, Column::Body))),
            ),
            Condition::Convener => Some(is_organization((Entity, Column::Convener), member)),
            Condition::Owner | Condition::Assignee | Condition::Caller | Condition::Serves => None,
        })
    }

    /// Resolutions: as the meetings that adopted them.
    pub fn of_resolutions(&self) -> Cond {
        use resolution::{Column, Entity};
        self.condition(&|condition, member| match condition {
            Condition::Participant => Some(
                on_roster((Entity, Column::Community), (Entity, Column::Meeting), member)
                    .or(member_of((Entity, Column::Community), (Entity, Column::Body), member))
                    .or(self.assembly((Entity, Column::Body))),
            ),
            Condition::Convener => Some(Expr::exists(
                Query::select()
                    .expr(Expr::val(1))
                    .from(meeting::Entity)
                    .and_where(
                        Expr::col((meeting::Entity, meeting::Column::Community)).equals((Entity, Column::Community)),
                    )
                    .and_where(Expr::col((meeting::Entity, meeting::Column::Id)).equals((Entity, Column::Meeting)))
                    .and_where(is_organization((meeting::Entity, meeting::Column::Convener), member))
                    .take(),
            )),
            Condition::Owner | Condition::Assignee | Condition::Caller | Condition::Serves => None,
        })
    }

    /// Ratifications: as the meetings that adopted the motions, and as those that they were routed to.
    pub fn of_ratifications(&self) -> Cond {
        use ratification::{Column, Entity};
        self.condition(&|condition, member| match condition {
            Condition::Participant => Some(
                on_roster((Entity, Column::Community), (Entity, Column::Meeting), member)
                    .or(on_roster(
                        (Entity, Column::Community),
                        (Entity, Column::RoutedMeeting),
                        member,
                    ))
                    .or(member_of((Entity, Column::Community), (Entity, Column::Body), member))
                    .or(self.assembly((Entity, Column::Body)))
                    .or(self.routed_to_body_of(member)),
            ),
            Condition::Convener => Some(Expr::exists(
                Query::select()
                    .expr(Expr::val(1))
                    .from(meeting::Entity)
                    .and_where(
                        Expr::col((meeting::Entity, meeting::Column::Community)).equals((Entity, Column::Community)),
                    )
                    .and_where(
                        Expr::col((meeting::Entity, meeting::Column::Id))
                            .equals((Entity, Column::Meeting))
                            .or(Expr::col((meeting::Entity, meeting::Column::Id))
                                .equals((Entity, Column::RoutedMeeting))),
                    )
                    .and_where(is_organization((meeting::Entity, meeting::Column::Convener), member))
                    .take(),
            )),
            Condition::Owner | Condition::Assignee | Condition::Caller | Condition::Serves => None,
        })
    }

    /// Commitments: as the meetings that made them, and to whoever holds them.
    pub fn of_commitments(&self) -> Cond {
        use commitment::{Column, Entity};
        self.condition(&|condition, member| match condition {
            Condition::Participant => Some(
                on_roster((Entity, Column::Community), (Entity, Column::Meeting), member)
                    .or(member_of((Entity, Column::Community), (Entity, Column::Body), member))
                    .or(self.assembly((Entity, Column::Body))),
            ),
            Condition::Convener => Some(is_organization((Entity, Column::Convener), member)),
            Condition::Assignee => Some(is_organization((Entity, Column::Holder), member)),
            Condition::Owner | Condition::Caller | Condition::Serves => None,
        })
    }

    fn assembly<E, C>(&self, body: Column<E, C>) -> SimpleExpr
    where
        E: sea_orm::sea_query::IntoIden + 'static,
        C: sea_orm::sea_query::IntoIden + 'static,
    {
        if self.assemblies.is_empty() {
            return never();
        }
        Expr::col(body).is_in(self.assemblies.iter().map(|body| body.uuid()))
    }

    /// A ratification that was routed to a meeting of a body to which the member belongs.
    fn routed_to_body_of(&self, member: Member) -> SimpleExpr {
        use ratification::{Column, Entity};
        let community = (meeting::Entity, meeting::Column::Community);
        let body = (meeting::Entity, meeting::Column::Body);
        Expr::exists(
            Query::select()
                .expr(Expr::val(1))
                .from(meeting::Entity)
                .and_where(Expr::col(community).equals((Entity, Column::Community)))
                .and_where(Expr::col((meeting::Entity, meeting::Column::Id)).equals((Entity, Column::RoutedMeeting)))
                .and_where(member_of(community, body, member).or(self.assembly(body)))
                .take(),
        )
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
        let facts = conditions.iter().filter_map(|condition| fact(condition, self.member?));
        facts.reduce(ExprTrait::or).unwrap_or_else(never)
    }
}

fn never() -> SimpleExpr {
    Expr::val(1).eq(0)
}

type Column<E, C> = (E, C);

/// Only organizations convene, and hold commitments.
fn is_organization<E, C>(convener: Column<E, C>, member: Member) -> SimpleExpr
where
    E: sea_orm::sea_query::IntoIden + 'static,
    C: sea_orm::sea_query::IntoIden + 'static,
{
    match member {
        Member::Organization(organization) => Expr::col(convener).eq(organization.uuid()),
        Member::Person(_) | Member::Owner { .. } => never(),
    }
}

fn member_of<E, C>(community: Column<E, C>, of: Column<E, C>, member: Member) -> SimpleExpr
where
    E: sea_orm::sea_query::IntoIden + 'static,
    C: sea_orm::sea_query::IntoIden + 'static,
{
    use body_member::{Column, Entity};
    let mut query: SelectStatement = Query::select();
    query
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::Community)).equals(community))
        .and_where(Expr::col((Entity, Column::Body)).equals(of))
        .and_where(Expr::col((Entity, Column::Member)).eq(member.uuid()))
        .and_where(Expr::col((Entity, Column::MemberKind)).eq(member.kind()))
        .and_where(Expr::col((Entity, Column::EndedAt)).is_null());
    Expr::exists(query)
}

fn on_roster<E, C>(community: Column<E, C>, of: Column<E, C>, member: Member) -> SimpleExpr
where
    E: sea_orm::sea_query::IntoIden + 'static,
    C: sea_orm::sea_query::IntoIden + 'static,
{
    use roster_entry::{Column, Entity};
    let mut query: SelectStatement = Query::select();
    query
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::Community)).equals(community))
        .and_where(Expr::col((Entity, Column::Meeting)).equals(of))
        .and_where(Expr::col((Entity, Column::Member)).eq(member.uuid()))
        .and_where(Expr::col((Entity, Column::MemberKind)).eq(member.kind()));
    Expr::exists(query)
}

#[cfg(test)]
mod tests;
