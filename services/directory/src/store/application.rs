//! Applications.

use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{CommunityId, OrganizationId, Timestamp};
use yihe_proto::directory::v1::ApplicationState as State;
use yihe_store::Failure;

use crate::domain::application::{Admission, Application};
use crate::domain::names::ApplicationId;
use crate::store::entity::application::{ActiveModel, Column, Entity, Model};
use crate::store::filter::{Columns, Sight};
use crate::store::{Writing, after_id, code, instant, kind, micros, one};

/// Filter plans can ask nothing of applications.
pub struct ApplicationColumns;

impl Columns for ApplicationColumns {}

fn read(row: Model) -> Result<Application, Failure> {
    let admission = match (row.organization, row.client, row.invitation) {
        (Some(organization), Some(client), Some(invitation)) => Some(Admission {
            organization: organization.into(),
            client: client.into(),
            invitation: invitation.into(),
        }),
        _ => None,
    };
    Ok(Application {
        community: code(&row.community)?,
        id: row.id.into(),
        kind: kind(row.kind)?,
        display_name: row.display_name,
        contact: row.contact.into(),
        statement: row.statement,
        claim_hash: row.claim_hash,
        state: State::try_from(row.state).map_err(|error| DbErr::Custom(error.to_string()))?,
        rejection_reason: row.rejection_reason,
        created_at: Timestamp::from_micros(row.created_at),
        decided_at: instant(row.decided_at),
        admission,
        collected_at: instant(row.collected_at),
    })
}

/// One application.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    id: ApplicationId,
) -> Result<Option<Application>, Failure> {
    Entity::find_by_id((community.to_string(), id.uuid()))
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// The application that an invitation came from.
pub async fn of_organization<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
) -> Result<Option<Application>, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()));
    query.one(connection).await?.map(read).transpose()
}

/// Applications that the caller may see, oldest first.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    sight: &Sight,
    only: Option<State>,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Application>, Failure> {
    let mut query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(sight.sql(&ApplicationColumns));
    if let Some(only) = only {
        query = query.filter(Column::State.eq(i32::from(only)));
    }
    if let Some(after) = after_id(after)? {
        query = query.filter(Column::Id.gt(after));
    }
    query
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// How many applications wait.
pub async fn pending<C: ConnectionTrait>(connection: &C, community: &CommunityId) -> Result<u64, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::State.eq(i32::from(State::Pending)));
    Ok(query.count(connection).await?)
}

fn row(application: &Application) -> ActiveModel {
    let admission = application.admission;
    ActiveModel {
        community: ActiveValue::Set(application.community.to_string()),
        id: ActiveValue::Set(application.id.uuid()),
        kind: ActiveValue::Set(application.kind.into()),
        display_name: ActiveValue::Set(application.display_name.clone()),
        contact: ActiveValue::Set(application.contact.uuid()),
        statement: ActiveValue::Set(application.statement.clone()),
        claim_hash: ActiveValue::Set(application.claim_hash.clone()),
        state: ActiveValue::Set(application.state.into()),
        rejection_reason: ActiveValue::Set(application.rejection_reason.clone()),
        created_at: ActiveValue::Set(application.created_at.micros()),
        decided_at: ActiveValue::Set(micros(application.decided_at)),
        organization: ActiveValue::Set(admission.map(|made| made.organization.uuid())),
        client: ActiveValue::Set(admission.map(|made| made.client.uuid())),
        invitation: ActiveValue::Set(admission.map(|made| made.invitation.uuid())),
        collected_at: ActiveValue::Set(micros(application.collected_at)),
    }
}

/// Adds an application.
pub async fn insert(writing: &Writing<'_>, application: &Application) -> Result<(), Failure> {
    Entity::insert(row(application))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes an application that was read in this transaction.
pub async fn update(writing: &Writing<'_>, application: &Application) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            community: ActiveValue::NotSet,
            id: ActiveValue::NotSet,
            ..row(application)
        })
        .filter(Column::Community.eq(application.community.as_str()))
        .filter(Column::Id.eq(application.id.uuid()))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "application")
}
