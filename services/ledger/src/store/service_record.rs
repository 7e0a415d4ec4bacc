use std::collections::HashMap;

use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, OrganizationId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::{service_giver, service_record};
use super::row;
use super::whose::Whose;
use crate::domain::{Giver, Owner, Serves, ServiceRecord, ServiceState};
use crate::names::{ClaimId, ProjectId, ServiceRecordName, TransferId};

/// One service.
pub async fn find(conn: &impl ConnectionTrait, name: &ServiceRecordName) -> Result<Option<ServiceRecord>, Failure> {
    let key = (name.community.to_string(), name.service_record.uuid());
    let row = service_record::Entity::find_by_id(key).one(conn).await?;
    Ok(with_givers(conn, &name.community, row.into_iter().collect())
        .await?
        .pop())
}

/// One service, held until the transaction ends.
pub async fn hold(tx: &Tx, name: &ServiceRecordName) -> Result<Option<ServiceRecord>, Failure> {
    let key = (name.community.to_string(), name.service_record.uuid());
    let row = service_record::Entity::find_by_id(key).lock_exclusive().one(tx).await?;
    Ok(with_givers(tx, &name.community, row.into_iter().collect()).await?.pop())
}

/// Services in the order they were recorded.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    whose: Whose,
    page: &Page,
) -> Result<Vec<ServiceRecord>, Failure> {
    let mut query = service_record::Entity::find().filter(service_record::Column::Community.eq(community.as_str()));
    if let Whose::Of(user, organization) = whose {
        // an empty `any` would let everything through
        let mut any = Condition::any().add(service_record::Column::Id.is_null());
        if let Some(user) = user {
            let given = Query::select()
                .column(service_giver::Column::ServiceRecord)
                .from(service_giver::Entity)
                .cond_where(service_giver::Column::Community.eq(community.as_str()))
                .and_where(service_giver::Column::Person.eq(user.uuid()))
                .to_owned();
            any = any
                .add(service_record::Column::Id.in_subquery(given))
                .add(service_record::Column::Receiver.eq(user.uuid()));
        }
        if let Some(organization) = organization {
            any = any
                .add(service_record::Column::Receiver.eq(organization.uuid()))
                .add(service_record::Column::Organizer.eq(organization.uuid()));
        }
        query = query.filter(any);
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(service_record::Column::Id.gt(after));
    }
    let query = query.order_by_asc(service_record::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    with_givers(conn, community, rows).await
}

/// Adds a service.
pub async fn insert(tx: &Tx, _by: &Authorized, record: &ServiceRecord) -> Result<(), Failure> {
    let (receiver_kind, receiver) = record.receiver.columns();
    let row = service_record::ActiveModel {
        community: Set(record.name.community.to_string()),
        id: Set(record.name.service_record.uuid()),
        receiver_kind: Set(receiver_kind.to_owned()),
        receiver: Set(receiver),
        organizer: Set(record.organizer.map(OrganizationId::uuid)),
        minutes: Set(record.minutes),
        summary: Set(record.summary.clone()),
        recorder: Set(record.recorder.uuid()),
        recorded_at: Set(record.recorded_at.micros()),
        project: Set(record.serves.project.map(ProjectId::uuid)),
        claim: Set(record.serves.claim.map(ClaimId::uuid)),
        ..decision(record)
    };
    service_record::Entity::insert(row).exec_without_returning(tx).await?;
    let givers = (0..)
        .zip(&record.givers)
        .map(|(place, giver)| service_giver::ActiveModel {
            community: Set(record.name.community.to_string()),
            service_record: Set(record.name.service_record.uuid()),
            place: Set(place),
            person: Set(giver.user.uuid()),
            weight: Set(giver.weight),
            minutes: Set(giver.minutes),
        });
    service_giver::Entity::insert_many(givers)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Stores what was decided. The service must be held.
pub async fn save(tx: &Tx, _by: &Authorized, record: &ServiceRecord) -> Result<(), Failure> {
    service_record::Entity::update_many()
        .set(decision(record))
        .filter(service_record::Column::Community.eq(record.name.community.as_str()))
        .filter(service_record::Column::Id.eq(record.name.service_record.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn decision(record: &ServiceRecord) -> service_record::ActiveModel {
    service_record::ActiveModel {
        state: Set(record.state.code().to_owned()),
        decider: Set(record.decided.map(|(user, _)| user.uuid())),
        decided_at: Set(record.decided.map(|(_, at)| at.micros())),
        note: Set(record.note.clone()),
        batch: Set(record.batch.map(TransferId::uuid)),
        ..Default::default()
    }
}

async fn with_givers(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    rows: Vec<service_record::Model>,
) -> Result<Vec<ServiceRecord>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let givers = service_giver::Entity::find()
        .filter(service_giver::Column::Community.eq(community.as_str()))
        .filter(service_giver::Column::ServiceRecord.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(service_giver::Column::Place)
        .all(conn)
        .await?;
    let mut by_record: HashMap<Uuid, Vec<Giver>> = HashMap::new();
    for giver in givers {
        by_record.entry(giver.service_record).or_default().push(Giver {
            user: giver.person.into(),
            weight: giver.weight,
            minutes: giver.minutes,
        });
    }
    let records = rows.into_iter().map(|row| {
        let givers = by_record.remove(&row.id).unwrap_or_default();
        read(row, givers)
    });
    records.collect()
}

fn read(row: service_record::Model, givers: Vec<Giver>) -> Result<ServiceRecord, Failure> {
    let receiver = Owner::from_columns(&row.receiver_kind, row.receiver);
    let decided = row.decider.zip(row.decided_at);
    Ok(ServiceRecord {
        name: ServiceRecordName {
            community: row::community(&row.community)?,
            service_record: row.id.into(),
        },
        givers,
        receiver: row::read(receiver, "receiver_kind", &row.receiver_kind)?,
        organizer: row.organizer.map(OrganizationId::from),
        minutes: row.minutes,
        summary: row.summary,
        state: row::read(ServiceState::from_code(&row.state), "state", &row.state)?,
        recorder: row.recorder.into(),
        recorded_at: Timestamp::from_micros(row.recorded_at),
        decided: decided.map(|(user, at)| (user.into(), Timestamp::from_micros(at))),
        note: row.note,
        batch: row.batch.map(TransferId::from),
        serves: Serves {
            project: row.project.map(ProjectId::from),
            claim: row.claim.map(ClaimId::from),
        },
    })
}
