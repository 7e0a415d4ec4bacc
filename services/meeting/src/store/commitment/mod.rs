//! Commitments with their holders and history.

mod escalation;
mod history;
mod row;
#[cfg(test)]
mod tests;

pub use escalation::due;
pub use history::history;
#[cfg(test)]
pub use history::holdings;

use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, OrganizationId, reasons as common};
use yihe_store::{Failure, Page, Tx};
use yihe_tally::Date;

use super::entity::{commitment, commitment_holding};
use super::row as columns;
use super::visible::Sight;
use crate::domain::{Changed, Commitment, CommitmentState};
use crate::names::{
    AgendaItemId, CommitmentId, CommitmentName, MeetingId, MeetingName, ProblemId, ProblemName, ResolutionId,
};
use crate::reasons;

fn by_name(name: &CommitmentName) -> sea_orm::Select<commitment::Entity> {
    commitment::Entity::find_by_id((name.community.to_string(), name.commitment.uuid()))
}

fn of_community(community: &CommunityId) -> sea_orm::Select<commitment::Entity> {
    commitment::Entity::find().filter(commitment::Column::Community.eq(community.as_str()))
}

fn read(rows: Vec<commitment::Model>) -> Result<Vec<Commitment>, Failure> {
    rows.into_iter().map(Commitment::try_from).collect()
}

/// One commitment.
pub async fn find(conn: &impl ConnectionTrait, name: &CommitmentName) -> Result<Option<Commitment>, Failure> {
    let row = by_name(name).one(conn).await?;
    row.map(Commitment::try_from).transpose()
}

/// One commitment, held until the transaction ends: what happens to it happens one after another.
pub async fn hold(tx: &Tx, name: &CommitmentName) -> Result<Commitment, Failure> {
    let row = by_name(name).lock_exclusive().one(tx).await?;
    Commitment::try_from(row.ok_or_else(|| Error::not_found(name))?)
}

/// Which commitments are wanted; what is left out lets all through.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// In the state.
    pub state: Option<CommitmentState>,
    /// Held by the organization.
    pub holder: Option<OrganizationId>,
    /// Owed though their due date lies before this day.
    pub overdue_on: Option<Date>,
    /// Of the resolution.
    pub resolution: Option<ResolutionId>,
    /// Of the meeting.
    pub meeting: Option<MeetingId>,
    /// Of the agenda item.
    pub agenda_item: Option<AgendaItemId>,
    /// Answering the problem.
    pub problem: Option<ProblemId>,
}

impl Wanted {
    fn condition(&self) -> Cond {
        use commitment::Column;
        let owed = CommitmentState::ALL.iter().filter(|state| state.is_owed());
        Cond::all()
            .add_option(self.state.map(|state| Column::State.eq(state.code())))
            .add_option(self.holder.map(|holder| Column::Holder.eq(holder.uuid())))
            .add_option(self.overdue_on.map(|day| {
                Column::DueOn
                    .lt(day.to_string())
                    .and(Column::State.is_in(owed.map(|state| state.code())))
            }))
            .add_option(
                self.resolution
                    .map(|resolution| Column::Resolution.eq(resolution.uuid())),
            )
            .add_option(self.meeting.map(|meeting| Column::Meeting.eq(meeting.uuid())))
            .add_option(self.agenda_item.map(|item| Column::AgendaItem.eq(item.uuid())))
            .add_option(self.problem.map(|problem| Column::Problem.eq(problem.uuid())))
    }
}

/// The commitments of a community that `sight` lets through, in the order they were made.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: &Wanted,
    sight: &Sight,
    page: &Page,
) -> Result<Vec<Commitment>, Failure> {
    let mut query = of_community(community)
        .filter(wanted.condition())
        .filter(sight.of_commitments());
    if let Some(after) = columns::after_id(page)? {
        query = query.filter(commitment::Column::Id.gt(after));
    }
    let query = query.order_by_asc(commitment::Column::Id).limit(columns::fetch(page));
    read(query.all(conn).await?)
}

/// The open commitments after one, in the order they were made.
pub async fn open_after(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    page: &Page,
) -> Result<Vec<Commitment>, Failure> {
    let mut query = of_community(community).filter(commitment::Column::ClosedAt.is_null());
    if let Some(after) = columns::after_id(page)? {
        query = query.filter(commitment::Column::Id.gt(after));
    }
    let query = query.order_by_asc(commitment::Column::Id).limit(columns::fetch(page));
    read(query.all(conn).await?)
}

/// The commitments made by one request, in the order of its lines.
pub async fn of_batch(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    batch: CommitmentId,
) -> Result<Vec<Commitment>, Failure> {
    let query = of_community(community)
        .filter(commitment::Column::Batch.eq(batch.uuid()))
        .order_by_asc(commitment::Column::Id);
    read(query.all(conn).await?)
}

/// All commitments of a meeting, in the order they were made.
pub async fn of_meeting(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<Commitment>, Failure> {
    let query = of_community(&meeting.community)
        .filter(commitment::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(commitment::Column::Id);
    read(query.all(conn).await?)
}

/// The open commitments that an organization holds.
pub async fn held_by(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    holder: OrganizationId,
) -> Result<Vec<Commitment>, Failure> {
    let query = of_community(community)
        .filter(commitment::Column::Holder.eq(holder.uuid()))
        .filter(commitment::Column::ClosedAt.is_null())
        .order_by_asc(commitment::Column::Id);
    read(query.all(conn).await?)
}

/// How many open commitments answer a problem.
pub async fn open_for(conn: &impl ConnectionTrait, problem: &ProblemName) -> Result<u64, Failure> {
    use sea_orm::PaginatorTrait;
    let query = of_community(&problem.community)
        .filter(commitment::Column::Problem.eq(problem.problem.uuid()))
        .filter(commitment::Column::ClosedAt.is_null());
    Ok(query.count(conn).await?)
}

/// Adds a commitment with its first holder and step.
pub async fn insert(tx: &Tx, _by: &Authorized, changed: &Changed) -> Result<(), Failure> {
    let row = row::whole(&changed.commitment);
    let inserted = commitment::Entity::insert(row).exec_without_returning(tx).await;
    inserted.map_err(|error| taken(error.into(), &changed.commitment))?;
    begin_holding(tx, changed).await?;
    history::append(tx, changed).await
}

fn taken(failure: Failure, commitment: &Commitment) -> Failure {
    if !failure.is_unique_violation() {
        return failure;
    }
    Error::new(&reasons::COMMITMENT_REF_TAKEN)
        .with("external_ref", &commitment.external_ref)
        .into()
}

/// Stores what happened to a commitment, made to the version before.
pub async fn save(tx: &Tx, _by: &Authorized, changed: &Changed) -> Result<(), Failure> {
    let commitment = &changed.commitment;
    let saved = commitment::Entity::update_many()
        .set(row::changeable(commitment))
        .filter(commitment::Column::Community.eq(commitment.name.community.as_str()))
        .filter(commitment::Column::Id.eq(commitment.name.commitment.uuid()))
        .filter(commitment::Column::Version.eq(commitment.version - 1))
        .exec(tx)
        .await?;
    if saved.rows_affected != 1 {
        return Err(Error::new(&common::ETAG_MISMATCH).with("name", &commitment.name).into());
    }
    if changed.handed_over {
        end_holding(tx, changed).await?;
        if commitment.state.is_open() {
            begin_holding(tx, changed).await?;
        }
    }
    history::append(tx, changed).await
}

async fn begin_holding(tx: &Tx, changed: &Changed) -> Result<(), Failure> {
    let commitment = &changed.commitment;
    let row = commitment_holding::ActiveModel {
        community: Set(commitment.name.community.to_string()),
        commitment: Set(commitment.name.commitment.uuid()),
        serial: Set(changed.step.serial),
        organization: Set(commitment.holder.organization.uuid()),
        display_name: Set(commitment.holder.display_name.clone()),
        started_at: Set(commitment.held_since.micros()),
        ended_at: Set(None),
    };
    commitment_holding::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

async fn end_holding(tx: &Tx, changed: &Changed) -> Result<(), Failure> {
    use commitment_holding::Column;
    let commitment = &changed.commitment;
    let ended_at = if commitment.state.is_open() {
        commitment.held_since
    } else {
        commitment.held_since.max(changed.step.doing.at)
    };
    let ended = commitment_holding::Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(ended_at.micros()))
        .filter(Column::Community.eq(commitment.name.community.as_str()))
        .filter(Column::Commitment.eq(commitment.name.commitment.uuid()))
        .filter(Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    if ended.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::internal(format!("{} had {} holders", commitment.name, ended.rows_affected)).into())
}
