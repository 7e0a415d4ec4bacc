//! API clients.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{ClientId, CommunityId, OrganizationId, Timestamp};
use yihe_store::Failure;

use crate::domain::client::Client;
use crate::store::entity::client::{ActiveModel, Column, Entity, Model};
use crate::store::filter::{Columns, Sight};
use crate::store::{Writing, after_id, code, instant, kind, micros, one};

/// What filter plans can ask of clients.
pub struct ClientColumns;

impl Columns for ClientColumns {
    fn owned_by(&self, organization: OrganizationId) -> Option<SimpleExpr> {
        Some(Column::Organization.eq(organization.uuid()))
    }
}

fn read(row: Model) -> Result<Client, Failure> {
    Ok(Client {
        community: code(&row.community)?,
        id: row.id.into(),
        organization: row.organization.into(),
        kind: kind(row.kind)?,
        created_at: Timestamp::from_micros(row.created_at),
        secret_hash: row.secret_hash,
        previous: row.previous_hash.zip(instant(row.previous_expires_at)),
        rotated_at: instant(row.rotated_at),
        cutoff_at: instant(row.cutoff_at),
        revoked_at: instant(row.revoked_at),
    })
}

/// One client.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    id: ClientId,
) -> Result<Option<Client>, Failure> {
    Entity::find_by_id((community.to_string(), id.uuid()))
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// A client in whatever community; its id is its own everywhere.
pub async fn find_anywhere<C: ConnectionTrait>(connection: &C, id: ClientId) -> Result<Option<Client>, Failure> {
    Entity::find()
        .filter(Column::Id.eq(id.uuid()))
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// A community's clients: those in force, and those that tokens may still be around of.
pub async fn of_community<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    cut_off_since: Timestamp,
) -> Result<Vec<Client>, Failure> {
    let relevant = Column::RevokedAt
        .is_null()
        .or(Column::RevokedAt.gt(cut_off_since.micros()));
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(relevant);
    query
        .order_by_asc(Column::Id)
        .all(connection)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// An organization's clients that are in force.
pub async fn of_organization<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
) -> Result<Vec<Client>, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.eq(organization.uuid()))
        .filter(Column::RevokedAt.is_null());
    query
        .order_by_asc(Column::Id)
        .all(connection)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// Clients that the caller may see, in the order they were made.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    sight: &Sight,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Client>, Failure> {
    let mut query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(sight.sql(&ClientColumns));
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

fn row(client: &Client) -> ActiveModel {
    let (previous_hash, previous_expires_at) = client.previous.clone().unzip();
    ActiveModel {
        community: ActiveValue::Set(client.community.to_string()),
        id: ActiveValue::Set(client.id.uuid()),
        organization: ActiveValue::Set(client.organization.uuid()),
        kind: ActiveValue::Set(client.kind.into()),
        created_at: ActiveValue::Set(client.created_at.micros()),
        secret_hash: ActiveValue::Set(client.secret_hash.clone()),
        previous_hash: ActiveValue::Set(previous_hash),
        previous_expires_at: ActiveValue::Set(micros(previous_expires_at)),
        rotated_at: ActiveValue::Set(micros(client.rotated_at)),
        cutoff_at: ActiveValue::Set(micros(client.cutoff_at)),
        revoked_at: ActiveValue::Set(micros(client.revoked_at)),
    }
}

/// Adds a client.
pub async fn insert(writing: &Writing<'_>, client: &Client) -> Result<(), Failure> {
    Entity::insert(row(client)).exec_without_returning(writing.tx()).await?;
    Ok(())
}

/// Writes a client that was read in this transaction and is in force.
pub async fn update(writing: &Writing<'_>, client: &Client) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            community: ActiveValue::NotSet,
            id: ActiveValue::NotSet,
            ..row(client)
        })
        .filter(Column::Community.eq(client.community.as_str()))
        .filter(Column::Id.eq(client.id.uuid()))
        .filter(Column::RevokedAt.is_null())
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "client")
}
