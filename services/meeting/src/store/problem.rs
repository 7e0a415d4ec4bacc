use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::problem;
use super::row;
use crate::domain::{Holder, Problem};
use crate::names::{AgendaItemId, MeetingId, MeetingName, ProblemId, ProblemName};

fn by_name(name: &ProblemName) -> sea_orm::Select<problem::Entity> {
    problem::Entity::find_by_id((name.community.to_string(), name.problem.uuid()))
}

/// One problem.
pub async fn find(conn: &impl ConnectionTrait, name: &ProblemName) -> Result<Option<Problem>, Failure> {
    let row = by_name(name).one(conn).await?;
    row.map(Problem::try_from).transpose()
}

/// One problem, held until the transaction ends. Taken before the commitments that answer it.
pub async fn hold(tx: &Tx, name: &ProblemName) -> Result<Problem, Failure> {
    let problem = find_held(tx, name).await?;
    Ok(problem.ok_or_else(|| Error::not_found(name))?)
}

/// One problem, if it is there, held until the transaction ends.
pub async fn find_held(tx: &Tx, name: &ProblemName) -> Result<Option<Problem>, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    row.map(Problem::try_from).transpose()
}

/// The open problems after one, in the order they were entered.
pub async fn open_after(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    page: &Page,
) -> Result<Vec<Problem>, Failure> {
    let mut query = problem::Entity::find()
        .filter(problem::Column::Community.eq(community.as_str()))
        .filter(problem::Column::ClosedAt.is_null());
    if let Some(after) = row::after_id(page)? {
        query = query.filter(problem::Column::Id.gt(after));
    }
    let query = query.order_by_asc(problem::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(Problem::try_from).collect()
}

/// Enters a problem.
pub async fn insert(tx: &Tx, _by: &Authorized, problem: &Problem) -> Result<(), Failure> {
    let row = problem::ActiveModel {
        community: Set(problem.name.community.to_string()),
        id: Set(problem.name.problem.uuid()),
        title: Set(problem.title.clone()),
        description: Set(problem.description.clone()),
        reporter: Set(problem.reporter.organization.uuid()),
        reporter_display_name: Set(problem.reporter.display_name.clone()),
        reported_at: Set(problem.reported_at.micros()),
        ..changeable(problem)
    };
    problem::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores a change. The problem must be held.
pub async fn save(tx: &Tx, _by: &Authorized, problem: &Problem) -> Result<(), Failure> {
    problem::Entity::update_many()
        .set(changeable(problem))
        .filter(problem::Column::Community.eq(problem.name.community.as_str()))
        .filter(problem::Column::Id.eq(problem.name.problem.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn changeable(problem: &Problem) -> problem::ActiveModel {
    let item = problem.agenda_item.as_ref();
    problem::ActiveModel {
        meeting: Set(item.map(|item| item.meeting.uuid())),
        agenda_item: Set(item.map(|item| item.agenda_item.uuid())),
        closed_at: Set(row::micros(problem.closed_at)),
        close_reason: Set(problem.close_reason.clone()),
        ..Default::default()
    }
}

impl TryFrom<problem::Model> for Problem {
    type Error = Failure;

    fn try_from(row: problem::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        let item = row.meeting.zip(row.agenda_item).map(|(meeting, item)| {
            let meeting = MeetingName {
                community: community.clone(),
                meeting: MeetingId::from(meeting),
            };
            meeting.agenda_item(AgendaItemId::from(item))
        });
        Ok(Self {
            name: ProblemName {
                community,
                problem: ProblemId::from(row.id),
            },
            title: row.title,
            description: row.description,
            reporter: Holder {
                organization: OrganizationId::from(row.reporter),
                display_name: row.reporter_display_name,
            },
            agenda_item: item,
            reported_at: Timestamp::from_micros(row.reported_at),
            closed_at: row::instant(row.closed_at),
            close_reason: row.close_reason,
        })
    }
}
