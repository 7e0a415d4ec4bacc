//! Revisions of registers, their units and shares.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Query, SimpleExpr};
use sea_orm::{
    ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;
use yihe_kernel::{OrganizationId, OwnerId, Timestamp, UnitId, UserId};
use yihe_proto::directory::v1::{AreaBasis, UnitStanding};
use yihe_store::Failure;

use crate::domain::names::CompoundName;
use crate::domain::register::{CurrentUnit, Revision, Share};
use crate::store::entity::{register_owner, register_revision, register_share, register_unit};
use crate::store::filter::{Columns, Sight};
use crate::store::{Writing, after_id};

/// Rows a statement inserts; SQLite takes 32,766 values.
pub const ROWS_A_STATEMENT: usize = 2_000;

/// What filter plans can ask of the units of one compound.
pub struct UnitColumns {
    /// The compound's owners' committee.
    pub owners_committee: Option<OrganizationId>,
}

impl Columns for UnitColumns {
    fn owned_by(&self, organization: OrganizationId) -> Option<SimpleExpr> {
        (self.owners_committee == Some(organization)).then(|| Expr::cust("1 = 1"))
    }

    fn about(&self, person: UserId) -> Option<SimpleExpr> {
        use {register_owner as owner, register_share as share, register_unit as unit};
        let of_unit = |column: unit::Column| Expr::col((unit::Entity, column));
        let of_share = |column: share::Column| Expr::col((share::Entity, column));
        let of_owner = |column: owner::Column| Expr::col((owner::Entity, column));
        let joined = Condition::all()
            .add(of_owner(owner::Column::Community).equals((share::Entity, share::Column::Community)))
            .add(of_owner(owner::Column::Compound).equals((share::Entity, share::Column::Compound)))
            .add(of_owner(owner::Column::Id).equals((share::Entity, share::Column::Owner)));
        let owned = Query::select()
            .expr(Expr::value(1))
            .from(share::Entity)
            .inner_join(owner::Entity, joined)
            .and_where(of_share(share::Column::Community).eq(of_unit(unit::Column::Community)))
            .and_where(of_share(share::Column::Compound).eq(of_unit(unit::Column::Compound)))
            .and_where(of_share(share::Column::Unit).eq(of_unit(unit::Column::Id)))
            .and_where(of_share(share::Column::Since).eq(of_unit(unit::Column::Since)))
            .and_where(of_owner(owner::Column::User).is_not_null())
            .and_where(of_owner(owner::Column::User).eq(person.uuid()))
            .to_owned();
        Some(Expr::exists(owned))
    }
}

fn read_revision(row: register_revision::Model) -> Revision {
    Revision {
        revision: row.revision,
        created_at: Timestamp::from_micros(row.created_at),
        creator: row.creator,
        sha256: row.sha256,
        units: row.units,
        buildings: row.buildings,
        owners: row.owners,
        heads: row.heads,
        area: row.area,
        units_added: row.units_added,
        units_changed: row.units_changed,
        units_dropped: row.units_dropped,
        owners_dropped: row.owners_dropped,
    }
}

/// The present revision; `None` before the first.
pub async fn latest<C: ConnectionTrait>(connection: &C, compound: &CompoundName) -> Result<Option<Revision>, Failure> {
    use register_revision::Column;
    let query = register_revision::Entity::find()
        .filter(Column::Community.eq(compound.community.as_str()))
        .filter(Column::Compound.eq(compound.compound.uuid()))
        .order_by_desc(Column::Revision);
    Ok(query.one(connection).await?.map(read_revision))
}

/// One revision.
pub async fn revision<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    revision: i64,
) -> Result<Option<Revision>, Failure> {
    let key = (compound.community.to_string(), compound.compound.uuid(), revision);
    let found = register_revision::Entity::find_by_id(key).one(connection).await?;
    Ok(found.map(read_revision))
}

/// Revisions, oldest first.
pub async fn revisions<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    after: i64,
    limit: u64,
) -> Result<Vec<Revision>, Failure> {
    use register_revision::Column;
    let query = register_revision::Entity::find()
        .filter(Column::Community.eq(compound.community.as_str()))
        .filter(Column::Compound.eq(compound.compound.uuid()))
        .filter(Column::Revision.gt(after))
        .order_by_asc(Column::Revision)
        .limit(limit);
    Ok(query.all(connection).await?.into_iter().map(read_revision).collect())
}

/// Adds a revision.
pub async fn insert_revision(writing: &Writing<'_>, compound: &CompoundName, made: &Revision) -> Result<(), Failure> {
    let row = register_revision::ActiveModel {
        community: ActiveValue::Set(compound.community.to_string()),
        compound: ActiveValue::Set(compound.compound.uuid()),
        revision: ActiveValue::Set(made.revision),
        created_at: ActiveValue::Set(made.created_at.micros()),
        creator: ActiveValue::Set(made.creator.clone()),
        sha256: ActiveValue::Set(made.sha256.clone()),
        units: ActiveValue::Set(made.units),
        buildings: ActiveValue::Set(made.buildings),
        owners: ActiveValue::Set(made.owners),
        heads: ActiveValue::Set(made.heads),
        area: ActiveValue::Set(made.area),
        units_added: ActiveValue::Set(made.units_added),
        units_changed: ActiveValue::Set(made.units_changed),
        units_dropped: ActiveValue::Set(made.units_dropped),
        owners_dropped: ActiveValue::Set(made.owners_dropped),
    };
    register_revision::Entity::insert(row)
        .exec_without_returning(writing.tx())
        .await?;
    Ok(())
}

/// Which units to read.
#[derive(Default)]
pub struct Wanted<'a> {
    /// At this revision.
    pub revision: i64,
    /// Only these.
    pub only: Option<&'a [UnitId]>,
    /// Only those of the building.
    pub building: Option<&'a str>,
    /// Only those that the caller may see.
    pub sight: Option<(&'a Sight, &'a UnitColumns)>,
    /// After this one.
    pub after: Option<&'a str>,
    /// So many at most.
    pub limit: Option<u64>,
}

/// Units in the order they were first registered, with their shares.
pub async fn units<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    wanted: Wanted<'_>,
) -> Result<Vec<CurrentUnit>, Failure> {
    use register_unit::Column;
    let stands = Condition::all()
        .add(Column::Since.lte(wanted.revision))
        .add(Column::Until.is_null().or(Column::Until.gt(wanted.revision)));
    let mut query = register_unit::Entity::find()
        .filter(Column::Community.eq(compound.community.as_str()))
        .filter(Column::Compound.eq(compound.compound.uuid()))
        .filter(stands);
    if let Some(only) = wanted.only {
        query = query.filter(Column::Id.is_in(only.iter().map(|id| id.uuid())));
    }
    if let Some(building) = wanted.building {
        query = query.filter(Column::Building.eq(building));
    }
    if let Some((sight, columns)) = wanted.sight {
        query = query.filter(sight.sql(columns));
    }
    if let Some(after) = after_id(wanted.after)? {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query
        .order_by_asc(Column::Id)
        .limit(wanted.limit)
        .all(connection)
        .await?;
    let mut shares = shares(connection, compound, &rows).await?;
    rows.into_iter().map(|row| read_unit(row, &mut shares)).collect()
}

type Shares = HashMap<(Uuid, i64), Vec<Share<OwnerId>>>;

fn read_unit(row: register_unit::Model, shares: &mut Shares) -> Result<CurrentUnit, Failure> {
    let unknown = |what: &str, number: i32| DbErr::Custom(format!("unknown {what} {number}"));
    Ok(CurrentUnit {
        id: row.id.into(),
        building: row.building,
        number: row.number,
        area: row.area,
        area_basis: AreaBasis::try_from(row.area_basis).map_err(|_| unknown("area basis", row.area_basis))?,
        standing: UnitStanding::try_from(row.standing).map_err(|_| unknown("standing", row.standing))?,
        shares: shares.remove(&(row.id, row.since)).unwrap_or_default(),
        head: row.head,
        nominee: row.nominee.map(OwnerId::from),
    })
}

async fn shares<C: ConnectionTrait>(
    connection: &C,
    compound: &CompoundName,
    units: &[register_unit::Model],
) -> Result<Shares, Failure> {
    use register_share::Column;
    let mut shares = Shares::new();
    for units in units.chunks(10_000) {
        let rows = register_share::Entity::find()
            .filter(Column::Community.eq(compound.community.as_str()))
            .filter(Column::Compound.eq(compound.compound.uuid()))
            .filter(Column::Unit.is_in(units.iter().map(|unit| unit.id)))
            .order_by_asc(Column::Unit)
            .order_by_asc(Column::Owner)
            .all(connection)
            .await?;
        for row in rows {
            shares.entry((row.unit, row.since)).or_default().push(Share {
                owner: row.owner.into(),
                numerator: row.numerator,
                denominator: row.denominator,
            });
        }
    }
    Ok(shares)
}

/// Ends the present rows of units: the revision no longer has them, or has others in their place.
pub async fn end_units(
    writing: &Writing<'_>,
    compound: &CompoundName,
    units: &[UnitId],
    revision: i64,
) -> Result<(), Failure> {
    use register_unit::Column;
    for units in units.chunks(10_000) {
        register_unit::Entity::update_many()
            .col_expr(Column::Until, Expr::value(revision))
            .filter(Column::Community.eq(compound.community.as_str()))
            .filter(Column::Compound.eq(compound.compound.uuid()))
            .filter(Column::Until.is_null())
            .filter(Column::Id.is_in(units.iter().map(|id| id.uuid())))
            .exec(writing.tx())
            .await?;
    }
    Ok(())
}

/// Adds rows of units that stand from a revision on, with their shares.
pub async fn insert_units(
    writing: &Writing<'_>,
    compound: &CompoundName,
    units: &[&CurrentUnit],
    revision: i64,
) -> Result<(), Failure> {
    let community = compound.community.to_string();
    let row = |unit: &&CurrentUnit| register_unit::ActiveModel {
        community: ActiveValue::Set(community.clone()),
        compound: ActiveValue::Set(compound.compound.uuid()),
        id: ActiveValue::Set(unit.id.uuid()),
        since: ActiveValue::Set(revision),
        until: ActiveValue::Set(None),
        building: ActiveValue::Set(unit.building.clone()),
        number: ActiveValue::Set(unit.number.clone()),
        area: ActiveValue::Set(unit.area),
        area_basis: ActiveValue::Set(unit.area_basis.into()),
        standing: ActiveValue::Set(unit.standing.into()),
        head: ActiveValue::Set(unit.head),
        nominee: ActiveValue::Set(unit.nominee.map(OwnerId::uuid)),
    };
    for units in units.chunks(ROWS_A_STATEMENT) {
        register_unit::Entity::insert_many(units.iter().map(row))
            .exec_without_returning(writing.tx())
            .await?;
    }
    let shares: Vec<_> = units
        .iter()
        .flat_map(|unit| unit.shares.iter().map(|share| (unit.id, *share)))
        .collect();
    let row = |(unit, share): &(UnitId, Share<OwnerId>)| register_share::ActiveModel {
        community: ActiveValue::Set(community.clone()),
        compound: ActiveValue::Set(compound.compound.uuid()),
        unit: ActiveValue::Set(unit.uuid()),
        since: ActiveValue::Set(revision),
        owner: ActiveValue::Set(share.owner.uuid()),
        numerator: ActiveValue::Set(share.numerator),
        denominator: ActiveValue::Set(share.denominator),
    };
    for shares in shares.chunks(ROWS_A_STATEMENT) {
        register_share::Entity::insert_many(shares.iter().map(row))
            .exec_without_returning(writing.tx())
            .await?;
    }
    Ok(())
}
