use std::collections::HashMap;

use prost::Message;
use sea_orm::{ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_kernel::{Error, OrganizationId, Result, Timestamp, reasons};
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use super::entity::{change, change_step};
use super::{Writing, number, sequence};
use crate::domain::change::{Change, Hand, Standing, State, Step, StepKind};
use crate::domain::place::{ChangeName, Place};

/// One change; with `lock`, nobody else changes it until the transaction ends.
pub(crate) async fn find<C: ConnectionTrait>(
    connection: &C,
    name: &ChangeName,
    lock: bool,
) -> Result<Option<Change>, Failure> {
    let query = change::Entity::find_by_id((name.place.code().to_owned(), name.change.uuid()));
    let query = if lock { query.lock_exclusive() } else { query };
    let Some(row) = query.one(connection).await? else {
        return Ok(None);
    };
    let steps = steps(connection, &name.place, &[row.id]).await?;
    read(&name.place, row, steps).map(Some)
}

/// The changes of a place, the newest first.
pub(crate) async fn list<C: ConnectionTrait>(
    connection: &C,
    place: &Place,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Change>, Failure> {
    let mut query = change::Entity::find().filter(change::Column::Domain.eq(place.code()));
    if let Some(after) = after {
        let after = Uuid::try_parse(after).map_err(|_| Error::new(&reasons::PAGE_TOKEN_INVALID))?;
        query = query.filter(change::Column::Id.lt(after));
    }
    let rows = query
        .order_by_desc(change::Column::Id)
        .limit(limit)
        .all(connection)
        .await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut by_change: HashMap<Uuid, Vec<change_step::Model>> = HashMap::new();
    for step in steps(connection, place, &ids).await? {
        by_change.entry(step.change).or_default().push(step);
    }
    rows.into_iter()
        .map(|row| {
            let steps = by_change.remove(&row.id).unwrap_or_default();
            read(place, row, steps)
        })
        .collect()
}

async fn steps<C: ConnectionTrait>(
    connection: &C,
    place: &Place,
    changes: &[Uuid],
) -> Result<Vec<change_step::Model>, Failure> {
    use change_step::Column as S;
    let query = change_step::Entity::find()
        .filter(S::Domain.eq(place.code()))
        .filter(S::Change.is_in(changes.iter().copied()));
    Ok(query
        .order_by_asc(S::Change)
        .order_by_asc(S::Number)
        .all(connection)
        .await?)
}

fn read(place: &Place, row: change::Model, steps: Vec<change_step::Model>) -> Result<Change, Failure> {
    let broken = |detail: String| DbErr::Custom(format!("change {}: {detail}", row.id));
    let edits = pb::PolicyChange::decode(row.edits.as_slice()).map_err(|error| broken(error.to_string()))?;
    Ok(Change {
        name: ChangeName {
            place: place.clone(),
            change: row.id.into(),
        },
        state: State::try_from(row.state).map_err(|_| broken(format!("state {}", row.state)))?,
        edits: edits.edits,
        base: sequence(row.base)?,
        revision: row.revision.map(sequence).transpose()?,
        restores: row.restores.map(sequence).transpose()?,
        steps: steps.into_iter().map(step).collect::<Result<_, _>>()?,
        title: row.title,
        rationale: row.rationale,
        sensitive: row.sensitive,
        approvals_needed: row.approvals_needed,
        proposer: row.proposer,
        version: row.version,
    })
}

fn step(row: change_step::Model) -> Result<Step, DbErr> {
    let standing = if row.leads { Standing::Leads } else { Standing::Core };
    Ok(Step {
        kind: StepKind::try_from(row.step).map_err(|_| DbErr::Custom(format!("step {}", row.step)))?,
        hand: Hand {
            actor: row.actor,
            organization: row.organization.map(OrganizationId::from),
            standing,
        },
        comment: row.comment,
        at: Timestamp::from_micros(row.step_at),
    })
}

/// Adds a change with its first step.
pub(crate) async fn insert(writing: &Writing<'_>, made: &Change) -> Result<(), Failure> {
    let edits = pb::PolicyChange {
        edits: made.edits.clone(),
        ..Default::default()
    };
    let row = change::ActiveModel {
        domain: ActiveValue::Set(made.name.place.code().to_owned()),
        id: ActiveValue::Set(made.name.change.uuid()),
        title: ActiveValue::Set(made.title.clone()),
        rationale: ActiveValue::Set(made.rationale.clone()),
        edits: ActiveValue::Set(edits.encode_to_vec()),
        edit_count: ActiveValue::Set(i32::try_from(made.edits.len()).unwrap_or(i32::MAX)),
        state: ActiveValue::Set(made.state.into()),
        base: ActiveValue::Set(number(made.base)?),
        sensitive: ActiveValue::Set(made.sensitive),
        approvals_needed: ActiveValue::Set(made.approvals_needed),
        proposer: ActiveValue::Set(made.proposer.clone()),
        revision: ActiveValue::Set(None),
        restores: ActiveValue::Set(made.restores.map(number).transpose()?),
        version: ActiveValue::Set(made.version),
    };
    change::Entity::insert(row).exec_without_returning(writing.tx()).await?;
    insert_last_step(writing, made).await
}

/// Writes the next version of a change, which was locked in the same transaction, with its last step.
pub(crate) async fn update(writing: &Writing<'_>, made: &Change) -> Result<(), Failure> {
    let updated = change::Entity::update_many()
        .set(change::ActiveModel {
            state: ActiveValue::Set(made.state.into()),
            revision: ActiveValue::Set(made.revision.map(number).transpose()?),
            version: ActiveValue::Set(made.version),
            ..Default::default()
        })
        .filter(change::Column::Domain.eq(made.name.place.code()))
        .filter(change::Column::Id.eq(made.name.change.uuid()))
        .filter(change::Column::Version.eq(made.version - 1))
        .exec(writing.tx())
        .await?;
    if updated.rows_affected != 1 {
        return Err(DbErr::Custom(format!("{} was written by somebody else", made.name)).into());
    }
    insert_last_step(writing, made).await
}

async fn insert_last_step(writing: &Writing<'_>, made: &Change) -> Result<(), Failure> {
    let Some(step) = made.steps.last() else { return Ok(()) };
    let row = change_step::ActiveModel {
        domain: ActiveValue::Set(made.name.place.code().to_owned()),
        change: ActiveValue::Set(made.name.change.uuid()),
        number: ActiveValue::Set(i32::try_from(made.steps.len()).unwrap_or(i32::MAX)),
        step: ActiveValue::Set(step.kind.into()),
        actor: ActiveValue::Set(step.hand.actor.clone()),
        organization: ActiveValue::Set(step.hand.organization.map(OrganizationId::uuid)),
        leads: ActiveValue::Set(step.hand.standing == Standing::Leads),
        comment: ActiveValue::Set(step.comment.clone()),
        step_at: ActiveValue::Set(step.at.micros()),
    };
    change_step::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}
