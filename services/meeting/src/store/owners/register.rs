use std::collections::{BTreeSet, HashMap};

use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CompoundId, OwnerId, UnitId};
use yihe_store::{Failure, Tx};

use super::{narrow, wide};
use crate::domain::owners::{Register, RegisterExtract, RosterUnit};
use crate::names::{HeadId, MeetingName};
use crate::store::entity::{roster_register, roster_unit, roster_unit_owner};

// far below SQLite's limit of parameters in one statement
const ROWS: usize = 500;

/// The sums of the register that a notice froze; `None` in a session.
pub async fn extract(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Option<RegisterExtract>, Failure> {
    let key = (meeting.community.to_string(), meeting.meeting.uuid());
    let row = roster_register::Entity::find_by_id(key).one(conn).await?;
    row.map(|row| {
        Ok(RegisterExtract {
            compound: CompoundId::from(row.compound),
            revision: row.revision,
            units: wide("units", row.units)?,
            heads: wide("heads", row.heads)?,
            area: wide("area", row.area)?,
        })
    })
    .transpose()
}

/// Freezes a register with the notice. The meeting must be held.
pub async fn freeze(tx: &Tx, _by: &Authorized, meeting: &MeetingName, register: &Register) -> Result<(), Failure> {
    let (community, id) = (meeting.community.to_string(), meeting.meeting.uuid());
    let extract = &register.extract;
    let row = roster_register::ActiveModel {
        community: Set(community.clone()),
        meeting: Set(id),
        compound: Set(extract.compound.uuid()),
        revision: Set(extract.revision),
        units: Set(narrow(extract.units)),
        heads: Set(narrow(extract.heads)),
        area: Set(narrow(extract.area)),
    };
    roster_register::Entity::insert(row).exec_without_returning(tx).await?;
    for chunk in register.units.chunks(ROWS) {
        let rows = chunk.iter().map(|unit| roster_unit::ActiveModel {
            community: Set(community.clone()),
            meeting: Set(id),
            unit: Set(unit.unit.uuid()),
            building: Set(unit.building.clone()),
            number: Set(unit.number.clone()),
            area: Set(narrow(unit.area)),
            head: Set(unit.head.uuid()),
            nominee: Set(unit.nominee.map(OwnerId::uuid)),
        });
        roster_unit::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    let owned: Vec<_> = register
        .units
        .iter()
        .flat_map(|unit| unit.owners.iter().map(|owner| (unit.unit.uuid(), owner.uuid())))
        .collect();
    for chunk in owned.chunks(ROWS) {
        let rows = chunk.iter().map(|(unit, owner)| roster_unit_owner::ActiveModel {
            community: Set(community.clone()),
            meeting: Set(id),
            unit: Set(*unit),
            owner: Set(*owner),
        });
        roster_unit_owner::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

fn rows(meeting: &MeetingName) -> sea_orm::Select<roster_unit::Entity> {
    roster_unit::Entity::find()
        .filter(roster_unit::Column::Community.eq(meeting.community.as_str()))
        .filter(roster_unit::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(roster_unit::Column::Unit)
}

fn shares(meeting: &MeetingName) -> sea_orm::Select<roster_unit_owner::Entity> {
    roster_unit_owner::Entity::find()
        .filter(roster_unit_owner::Column::Community.eq(meeting.community.as_str()))
        .filter(roster_unit_owner::Column::Meeting.eq(meeting.meeting.uuid()))
        .order_by_asc(roster_unit_owner::Column::Owner)
}

/// All units of the frozen register, with their owners.
pub async fn units(conn: &impl ConnectionTrait, meeting: &MeetingName) -> Result<Vec<RosterUnit>, Failure> {
    let units = rows(meeting).all(conn).await?;
    assemble(units, shares(meeting).all(conn).await?)
}

/// Some units of the frozen register, with their owners; ones that are not on it are left out.
pub async fn units_named(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    units: &BTreeSet<UnitId>,
) -> Result<Vec<RosterUnit>, Failure> {
    let ids: Vec<_> = units.iter().map(|unit| unit.uuid()).collect();
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(ROWS) {
        let chunk = || chunk.iter().copied();
        let units = rows(meeting).filter(roster_unit::Column::Unit.is_in(chunk()));
        let shares = shares(meeting).filter(roster_unit_owner::Column::Unit.is_in(chunk()));
        found.extend(assemble(units.all(conn).await?, shares.all(conn).await?)?);
    }
    Ok(found)
}

/// The units of some owners, with all their owners.
pub async fn units_of(
    conn: &impl ConnectionTrait,
    meeting: &MeetingName,
    owners: &[OwnerId],
) -> Result<Vec<RosterUnit>, Failure> {
    let owned: Vec<Uuid> = shares(meeting)
        .select_only()
        .column(roster_unit_owner::Column::Unit)
        .filter(roster_unit_owner::Column::Owner.is_in(owners.iter().map(|owner| owner.uuid())))
        .into_tuple()
        .all(conn)
        .await?;
    let owned = owned.into_iter().map(UnitId::from).collect();
    units_named(conn, meeting, &owned).await
}

fn assemble(units: Vec<roster_unit::Model>, shares: Vec<roster_unit_owner::Model>) -> Result<Vec<RosterUnit>, Failure> {
    let mut owners: HashMap<Uuid, Vec<OwnerId>> = HashMap::with_capacity(units.len());
    for share in shares {
        owners.entry(share.unit).or_default().push(OwnerId::from(share.owner));
    }
    units
        .into_iter()
        .map(|row| {
            Ok(RosterUnit {
                owners: owners.remove(&row.unit).unwrap_or_default(),
                unit: UnitId::from(row.unit),
                building: row.building,
                number: row.number,
                area: wide("area", row.area)?,
                head: HeadId::from(row.head),
                nominee: row.nominee.map(OwnerId::from),
            })
        })
        .collect()
}
