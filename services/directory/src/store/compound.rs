//! Compounds and service contracts.

use sea_orm::sea_query::{Expr, Query, SimpleExpr};
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_kernel::{CommunityId, OrganizationId, Timestamp};
use yihe_store::Failure;

use crate::domain::compound::{Compound, ServiceContract};
use crate::domain::names::{CompoundId, ServiceContractId};
use crate::store::entity::{compound, service_contract};
use crate::store::filter::{Columns, Sight};
use crate::store::{Writing, after_id, code, instant, micros, one};

/// What filter plans can ask of compounds at an instant.
pub struct CompoundColumns {
    /// The instant at which a contract must be in force.
    pub now: Timestamp,
}

impl Columns for CompoundColumns {
    fn owned_by(&self, organization: OrganizationId) -> Option<SimpleExpr> {
        use compound::Column::OwnersCommittee;
        Some(
            OwnersCommittee
                .is_not_null()
                .and(OwnersCommittee.eq(organization.uuid())),
        )
    }

    fn served_by(&self, organization: OrganizationId) -> Option<SimpleExpr> {
        use service_contract::{Column, Entity};
        let now = self.now.micros();
        let outer = |column: compound::Column| Expr::col((compound::Entity, column));
        let contracts = Query::select()
            .expr(Expr::value(1))
            .from(Entity)
            .and_where(Expr::col((Entity, Column::Community)).eq(outer(compound::Column::Community)))
            .and_where(Expr::col((Entity, Column::Compound)).eq(outer(compound::Column::Id)))
            .and_where(Column::PropertyCompany.eq(organization.uuid()))
            .and_where(Column::StartAt.lte(now))
            .and_where(Column::EndAt.is_null().or(Column::EndAt.gt(now)))
            .and_where(Column::EndedAt.is_null().or(Column::EndedAt.gt(now)))
            .to_owned();
        Some(Expr::exists(contracts))
    }
}

fn read(row: compound::Model) -> Result<Compound, Failure> {
    Ok(Compound {
        community: code(&row.community)?,
        id: row.id.into(),
        display_name: row.display_name,
        owners_committee: row.owners_committee.map(OrganizationId::from),
        created_at: Timestamp::from_micros(row.created_at),
    })
}

impl TryFrom<service_contract::Model> for ServiceContract {
    type Error = Failure;

    fn try_from(row: service_contract::Model) -> Result<Self, Failure> {
        Ok(Self {
            community: code(&row.community)?,
            compound: row.compound.into(),
            id: row.id.into(),
            property_company: row.property_company.into(),
            start_at: Timestamp::from_micros(row.start_at),
            end_at: instant(row.end_at),
            ended_at: instant(row.ended_at),
        })
    }
}

/// One compound.
pub async fn find<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    id: CompoundId,
) -> Result<Option<Compound>, Failure> {
    compound::Entity::find_by_id((community.to_string(), id.uuid()))
        .one(connection)
        .await?
        .map(read)
        .transpose()
}

/// The compound of an owners' committee.
pub async fn of_owners_committee<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    committee: OrganizationId,
) -> Result<Option<Compound>, Failure> {
    let query = compound::Entity::find()
        .filter(compound::Column::Community.eq(community.as_str()))
        .filter(compound::Column::OwnersCommittee.eq(committee.uuid()));
    query.one(connection).await?.map(read).transpose()
}

/// Compounds that the caller may see at an instant, in the order they were registered.
pub async fn list<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    sight: &Sight,
    now: Timestamp,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Compound>, Failure> {
    use compound::Column;
    let mut query = compound::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(sight.sql(&CompoundColumns { now }));
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

/// Adds a compound.
pub async fn insert(writing: &Writing<'_>, compound: &Compound) -> Result<(), Failure> {
    let row = compound::ActiveModel {
        community: ActiveValue::Set(compound.community.to_string()),
        id: ActiveValue::Set(compound.id.uuid()),
        display_name: ActiveValue::Set(compound.display_name.clone()),
        owners_committee: ActiveValue::Set(compound.owners_committee.map(OrganizationId::uuid)),
        created_at: ActiveValue::Set(compound.created_at.micros()),
    };
    compound::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// One contract.
pub async fn find_contract<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    compound: CompoundId,
    id: ServiceContractId,
) -> Result<Option<ServiceContract>, Failure> {
    let key = (community.to_string(), compound.uuid(), id.uuid());
    service_contract::Entity::find_by_id(key)
        .one(connection)
        .await?
        .map(ServiceContract::try_from)
        .transpose()
}

/// The property company that serves a compound at an instant.
pub async fn server<C: ConnectionTrait>(
    connection: &C,
    compound: &Compound,
    now: Timestamp,
) -> Result<Option<OrganizationId>, Failure> {
    let contracts = contracts(connection, &compound.community, compound.id, None, None).await?;
    Ok(contracts
        .into_iter()
        .find(|contract| contract.term().contains(now))
        .map(|contract| contract.property_company))
}

/// A compound's contracts, oldest first; all of them without a limit.
pub async fn contracts<C: ConnectionTrait>(
    connection: &C,
    community: &CommunityId,
    compound: CompoundId,
    after: Option<&str>,
    limit: Option<u64>,
) -> Result<Vec<ServiceContract>, Failure> {
    use service_contract::Column;
    let mut query = service_contract::Entity::find()
        .filter(Column::Community.eq(community.as_str()))
        .filter(Column::Compound.eq(compound.uuid()));
    if let Some(after) = after_id(after)? {
        query = query.filter(Column::Id.gt(after));
    }
    query
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?
        .into_iter()
        .map(ServiceContract::try_from)
        .collect()
}

fn contract_row(contract: &ServiceContract) -> service_contract::ActiveModel {
    service_contract::ActiveModel {
        community: ActiveValue::Set(contract.community.to_string()),
        compound: ActiveValue::Set(contract.compound.uuid()),
        id: ActiveValue::Set(contract.id.uuid()),
        property_company: ActiveValue::Set(contract.property_company.uuid()),
        start_at: ActiveValue::Set(contract.start_at.micros()),
        end_at: ActiveValue::Set(micros(contract.end_at)),
        ended_at: ActiveValue::Set(micros(contract.ended_at)),
    }
}

/// Adds a contract.
pub async fn insert_contract(writing: &Writing<'_>, contract: &ServiceContract) -> Result<(), Failure> {
    service_contract::Entity::insert(contract_row(contract))
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Writes a contract that was read in this transaction and not ended.
pub async fn update_contract(writing: &Writing<'_>, contract: &ServiceContract) -> Result<(), Failure> {
    use service_contract::Column;
    let changes = service_contract::ActiveModel {
        community: ActiveValue::NotSet,
        compound: ActiveValue::NotSet,
        id: ActiveValue::NotSet,
        ..contract_row(contract)
    };
    let updated = service_contract::Entity::update_many()
        .set(changes)
        .filter(Column::Community.eq(contract.community.as_str()))
        .filter(Column::Compound.eq(contract.compound.uuid()))
        .filter(Column::Id.eq(contract.id.uuid()))
        .filter(Column::EndedAt.is_null())
        .exec(writing.tx())
        .await?;
    one(updated.rows_affected, "service contract")
}
