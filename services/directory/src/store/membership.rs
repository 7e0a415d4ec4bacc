//! Organizations and their memberships.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{CommunityId, Error, OrganizationId, OrganizationName, Timestamp, reasons as common};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_store::Failure;

use crate::domain::membership::{Membership, Organization};
use crate::reasons;
use crate::store::entity::membership::{ActiveModel, Column, Entity, Model};
use crate::store::entity::organization;
use crate::store::filter::{Columns, Sight};
use crate::store::{Writing, instant, kind, micros, one};

/// What filter plans can ask of memberships.
pub struct MembershipColumns;

impl Columns for MembershipColumns {
    fn owned_by(&self, organization: OrganizationId) -> Option<SimpleExpr> {
        Some(Column::Organization.eq(organization.uuid()))
    }
}

/// One organization.
pub async fn find_organization<C: ConnectionTrait>(
    connection: &C,
    id: OrganizationId,
) -> Result<Option<Organization>, Failure> {
    Ok(organizations(connection, [id]).await?.remove(&id))
}

/// Organizations by id; unknown ones are left out.
pub async fn organizations<C: ConnectionTrait>(
    connection: &C,
    ids: impl IntoIterator<Item = OrganizationId>,
) -> Result<HashMap<OrganizationId, Organization>, Failure> {
    let ids: Vec<_> = ids.into_iter().map(OrganizationId::uuid).collect();
    let rows = organization::Entity::find()
        .filter(organization::Column::Id.is_in(ids))
        .all(connection)
        .await?;
    let read = |row: organization::Model| {
        let id = OrganizationId::from(row.id);
        Ok((
            id,
            Organization {
                id,
                kind: kind(row.kind)?,
                display_name: row.display_name,
            },
        ))
    };
    rows.into_iter().map(read).collect()
}

async fn with_organizations<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    rows: Vec<Model>,
) -> Result<Vec<Membership>, Failure> {
    let mut known = organizations(connection, rows.iter().map(|row| row.organization.into())).await?;
    let read = |row: Model| {
        let lost = || Error::internal(format!("organization {} of a membership is missing", row.organization));
        Ok(Membership {
            community: community.clone(),
            organization: known.remove(&row.organization.into()).ok_or_else(lost)?,
            superior: row.superior.map(OrganizationId::from),
            external_ref: row.external_ref,
            created_at: Timestamp::from_micros(row.created_at),
            ended_at: instant(row.ended_at),
            version: row.version,
        })
    };
    rows.into_iter().map(read).collect()
}

/// One membership.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
) -> Result<Option<Membership>, Failure> {
    let row = Entity::find_by_id((community.to_string(), organization.uuid()))
        .one(connection)
        .await?;
    Ok(with_organizations(connection, community, row.into_iter().collect())
        .await?
        .pop())
}

/// An organization whose membership must be in force.
pub async fn require_active<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    organization: OrganizationId,
) -> Result<Organization, Failure> {
    match find(connection, community, organization).await? {
        Some(membership) if membership.is_active() => Ok(membership.organization),
        _ => {
            let name = OrganizationName { organization };
            Err(Error::new(&reasons::ORGANIZATION_NOT_A_MEMBER)
                .with("name", name)
                .into())
        }
    }
}

/// Memberships of some organizations; unknown ones are left out.
pub async fn of<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    ids: &[OrganizationId],
) -> Result<Vec<Membership>, Failure> {
    let ids = ids.iter().map(|id| id.uuid());
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Organization.is_in(ids));
    let rows = query.order_by_asc(Column::Organization).all(connection).await?;
    with_organizations(connection, community, rows).await
}

/// Key of a membership in a list.
pub fn key(membership: &Membership) -> String {
    format!("{}:{}", membership.created_at.micros(), membership.organization.id)
}

fn read_key(text: &str) -> Option<(i64, OrganizationId)> {
    let (created_at, id) = text.split_once(':')?;
    Some((created_at.parse().ok()?, id.parse().ok()?))
}

/// Memberships that the caller may see, in the order of registration.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    sight: &Sight,
    only: Option<OrganizationKind>,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Membership>, Failure> {
    let mut query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(sight.sql(&MembershipColumns));
    if let Some(only) = only {
        query = query.filter(Column::Kind.eq(i32::from(only)));
    }
    if let Some(after) = after {
        let (created_at, id) = read_key(after).ok_or_else(|| Error::new(&common::PAGE_TOKEN_INVALID))?;
        let same = Column::CreatedAt.eq(created_at).and(Column::Organization.gt(id.uuid()));
        query = query.filter(Condition::any().add(Column::CreatedAt.gt(created_at)).add(same));
    }
    let query = query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Organization);
    with_organizations(connection, community, query.limit(limit).all(connection).await?).await
}

/// Whether a member has this external reference.
pub async fn has_external_ref<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    text: &str,
) -> Result<bool, Failure> {
    let query = Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::ExternalRef.eq(text));
    Ok(query.one(connection).await?.is_some())
}

/// Adds an organization.
pub async fn insert_organization(writing: &Writing<'_>, organization: &Organization) -> Result<(), Failure> {
    let row = organization::ActiveModel {
        id: ActiveValue::Set(organization.id.uuid()),
        kind: ActiveValue::Set(organization.kind.into()),
        display_name: ActiveValue::Set(organization.display_name.clone()),
    };
    organization::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

fn row(membership: &Membership) -> ActiveModel {
    ActiveModel {
        community: ActiveValue::Set(membership.community.to_string()),
        organization: ActiveValue::Set(membership.organization.id.uuid()),
        kind: ActiveValue::Set(membership.organization.kind.into()),
        superior: ActiveValue::Set(membership.superior.map(OrganizationId::uuid)),
        external_ref: ActiveValue::Set(membership.external_ref.clone()),
        created_at: ActiveValue::Set(membership.created_at.micros()),
        ended_at: ActiveValue::Set(micros(membership.ended_at)),
        version: ActiveValue::Set(membership.version),
    }
}

/// Adds a membership.
pub async fn insert(writing: &Writing<'_>, membership: &Membership) -> Result<(), Failure> {
    Entity::insert(row(membership))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes the next version of a membership.
pub async fn update(writing: &Writing<'_>, membership: &Membership) -> Result<(), Failure> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            community: ActiveValue::NotSet,
            organization: ActiveValue::NotSet,
            ..row(membership)
        })
        .filter(Column::Community.eq(membership.community.as_str()))
        .filter(Column::Organization.eq(membership.organization.id.uuid()))
        .filter(Column::Version.eq(membership.version - 1))
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "membership")
}

/// Whether `lower` is below `upper` in the community's tree.
pub async fn is_below<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    lower: OrganizationId,
    upper: OrganizationId,
) -> Result<bool, Failure> {
    let edges: Vec<(uuid::Uuid, Option<uuid::Uuid>)> = Entity::find()
        .select_only()
        .column(Column::Organization)
        .column(Column::Superior)
        .filter(Column::Community.eq(community.as_str()))
        .filter(Expr::col(Column::Superior).is_not_null())
        .into_tuple()
        .all(connection)
        .await?;
    let above: HashMap<_, _> = edges.into_iter().collect();
    let mut at = Some(lower.uuid());
    // a tree of n edges has no longer path
    for _ in 0..=above.len() {
        at = at.and_then(|id| above.get(&id).copied().flatten());
        if at == Some(upper.uuid()) {
            return Ok(true);
        }
    }
    Ok(false)
}
