use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Tx};

use super::entity::rate;
use super::row;
use crate::domain::{Rate, Unit};
use crate::names::RateName;

/// One rate.
pub async fn find(conn: &impl ConnectionTrait, name: &RateName) -> Result<Option<Rate>, Failure> {
    let key = (name.community.to_string(), name.rate.uuid());
    let row = rate::Entity::find_by_id(key).one(conn).await?;
    row.map(Rate::try_from).transpose()
}

/// The rate in force from one unit to another: the newest.
pub async fn newest(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    give: Unit,
    receive: Unit,
) -> Result<Option<Rate>, Failure> {
    let row = rate::Entity::find()
        .filter(rate::Column::Community.eq(community.as_str()))
        .filter(rate::Column::GiveUnit.eq(give.code()))
        .filter(rate::Column::ReceiveUnit.eq(receive.code()))
        .order_by_desc(rate::Column::Id)
        .limit(1)
        .one(conn)
        .await?;
    row.map(Rate::try_from).transpose()
}

/// Adds a rate.
pub async fn insert(tx: &Tx, _by: &Authorized, rate: &Rate) -> Result<(), Failure> {
    let row = rate::ActiveModel {
        community: Set(rate.name.community.to_string()),
        id: Set(rate.name.rate.uuid()),
        give_unit: Set(rate.give_unit.code().to_owned()),
        give: Set(rate.give),
        receive_unit: Set(rate.receive_unit.code().to_owned()),
        receive: Set(rate.receive),
        published_at: Set(rate.published_at.micros()),
    };
    rate::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<rate::Model> for Rate {
    type Error = Failure;

    fn try_from(row: rate::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: RateName {
                community: row::community(&row.community)?,
                rate: row.id.into(),
            },
            give_unit: row::read(Unit::from_code(&row.give_unit), "give_unit", &row.give_unit)?,
            give: row.give,
            receive_unit: row::read(Unit::from_code(&row.receive_unit), "receive_unit", &row.receive_unit)?,
            receive: row.receive,
            published_at: Timestamp::from_micros(row.published_at),
        })
    }
}
