use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::{good, open_hold, redemption};
use super::row;
use super::whose::Whose;
use crate::domain::{Good, Redemption, Unit};
use crate::names::{GoodId, GoodName, RedemptionName, TransferName};

/// One good.
pub async fn find(conn: &impl ConnectionTrait, name: &GoodName) -> Result<Option<Good>, Failure> {
    let key = (name.community.to_string(), name.good.uuid());
    let row = good::Entity::find_by_id(key).one(conn).await?;
    row.map(Good::try_from).transpose()
}

/// Goods in the order they were put up, those taken off the list too where they are wanted.
pub async fn list(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    show_retired: bool,
    page: &Page,
) -> Result<Vec<Good>, Failure> {
    let mut query = good::Entity::find().filter(good::Column::Community.eq(community.as_str()));
    if !show_retired {
        query = query.filter(good::Column::RetiredAt.is_null());
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(good::Column::Id.gt(after));
    }
    let query = query.order_by_asc(good::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(Good::try_from).collect()
}

/// Adds a good.
pub async fn insert(tx: &Tx, _by: &Authorized, good: &Good) -> Result<(), Failure> {
    let row = good::ActiveModel {
        community: Set(good.name.community.to_string()),
        id: Set(good.name.good.uuid()),
        organization: Set(good.organization.uuid()),
        organization_display_name: Set(good.organization_display_name.clone()),
        title: Set(good.title.clone()),
        unit: Set(good.unit.code().to_owned()),
        price: Set(good.price),
        stock: Set(good.stock),
        created_at: Set(good.created_at.micros()),
        retired_at: Set(good.retired_at.map(Timestamp::micros)),
    };
    good::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

const CHANGE: &str = "UPDATE good SET stock = stock + $3 \
     WHERE community = $1 AND id = $2 AND stock + $3 >= 0 AND stock + $3 <= $4 AND retired_at IS NULL";

/// No stock goes beyond this.
const MOST: i64 = 1_000_000_000;

/// Changes a stock; false where it would go below zero, or beyond all measure, and where the good is off the list.
pub async fn change_stock(tx: &Tx, _by: &Authorized, name: &GoodName, change: i64) -> Result<bool, Failure> {
    let values = [
        name.community.as_str().into(),
        name.good.uuid().into(),
        change.into(),
        MOST.into(),
    ];
    Ok(row::execute(tx, CHANGE, values).await?.rows_affected() == 1)
}

const RETIRE: &str = "UPDATE good SET retired_at = $3 WHERE community = $1 AND id = $2 AND retired_at IS NULL";

/// Takes a good off the list; false where it was already.
pub async fn retire(tx: &Tx, _by: &Authorized, name: &GoodName, now: Timestamp) -> Result<bool, Failure> {
    let values = [
        name.community.as_str().into(),
        name.good.uuid().into(),
        now.micros().into(),
    ];
    Ok(row::execute(tx, RETIRE, values).await?.rows_affected() == 1)
}

/// One redemption.
pub async fn find_redemption(
    conn: &impl ConnectionTrait,
    name: &RedemptionName,
) -> Result<Option<Redemption>, Failure> {
    let key = (name.community.to_string(), name.redemption.uuid());
    let row = redemption::Entity::find_by_id(key).one(conn).await?;
    row.map(Redemption::try_from).transpose()
}

/// Which of them.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Whose: of an organization, those of its goods.
    pub whose: Whose,
    /// Only of this good.
    pub good: Option<GoodId>,
    /// Only those whose hold is open and runs out after this instant.
    pub open_after: Option<Timestamp>,
}

/// Redemptions in the order they were asked for.
pub async fn list_redemptions(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    wanted: Wanted,
    page: &Page,
) -> Result<Vec<Redemption>, Failure> {
    let mut query = redemption::Entity::find().filter(redemption::Column::Community.eq(community.as_str()));
    if let Whose::Of(user, organization) = wanted.whose {
        // an empty `any` would let everything through
        let mut any = Condition::any().add(redemption::Column::Id.is_null());
        if let Some(user) = user {
            any = any.add(redemption::Column::Person.eq(user.uuid()));
        }
        if let Some(organization) = organization {
            let provided = Query::select()
                .column(good::Column::Id)
                .from(good::Entity)
                .and_where(good::Column::Community.eq(community.as_str()))
                .and_where(good::Column::Organization.eq(organization.uuid()))
                .to_owned();
            any = any.add(redemption::Column::Good.in_subquery(provided));
        }
        query = query.filter(any);
    }
    if let Some(good) = wanted.good {
        query = query.filter(redemption::Column::Good.eq(good.uuid()));
    }
    if let Some(now) = wanted.open_after {
        let open = Query::select()
            .column(open_hold::Column::Id)
            .from(open_hold::Entity)
            .and_where(open_hold::Column::Community.eq(community.as_str()))
            .and_where(open_hold::Column::ExpiresAt.gt(now.micros()))
            .to_owned();
        query = query.filter(redemption::Column::Id.in_subquery(open));
    }
    if let Some(after) = row::after_id(page)? {
        query = query.filter(redemption::Column::Id.gt(after));
    }
    let query = query.order_by_asc(redemption::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(Redemption::try_from).collect()
}

/// Adds a redemption.
pub async fn insert_redemption(tx: &Tx, _by: &Authorized, made: &Redemption) -> Result<(), Failure> {
    let row = redemption::ActiveModel {
        community: Set(made.name.community.to_string()),
        id: Set(made.name.redemption.uuid()),
        good: Set(made.good.good.uuid()),
        person: Set(made.user.uuid()),
        quantity: Set(made.quantity),
    };
    redemption::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

const PUT_BACK: &str = "UPDATE good SET stock = stock + (SELECT r.quantity FROM redemption r WHERE r.community = $1 AND r.id = $2) \
     WHERE community = $1 AND id = (SELECT r.good FROM redemption r WHERE r.community = $1 AND r.id = $2)";

/// Puts back what a redemption had set aside, whose hold has just ended without moving anything.
pub async fn put_back(tx: &Tx, _by: &Authorized, hold: &TransferName) -> Result<(), Failure> {
    let values = [hold.community.as_str().into(), hold.transfer.uuid().into()];
    row::execute(tx, PUT_BACK, values).await?;
    Ok(())
}

/// Redemptions of a good that are open though their time has run out.
pub async fn ran_out(
    conn: &impl ConnectionTrait,
    name: &GoodName,
    now: Timestamp,
) -> Result<Vec<TransferName>, Failure> {
    let rows = redemption::Entity::find()
        .filter(redemption::Column::Community.eq(name.community.as_str()))
        .filter(redemption::Column::Good.eq(name.good.uuid()))
        .filter(
            redemption::Column::Id.in_subquery(
                Query::select()
                    .column(open_hold::Column::Id)
                    .from(open_hold::Entity)
                    .and_where(open_hold::Column::Community.eq(name.community.as_str()))
                    .and_where(open_hold::Column::ExpiresAt.lte(now.micros()))
                    .to_owned(),
            ),
        )
        .order_by_asc(redemption::Column::Id)
        .all(conn)
        .await?;
    let hold = |row: redemption::Model| TransferName::new(&name.community, row.id.into());
    Ok(rows.into_iter().map(hold).collect())
}

impl TryFrom<good::Model> for Good {
    type Error = Failure;

    fn try_from(row: good::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: GoodName {
                community: row::community(&row.community)?,
                good: row.id.into(),
            },
            organization: row.organization.into(),
            organization_display_name: row.organization_display_name,
            title: row.title,
            unit: row::read(Unit::from_code(&row.unit), "unit", &row.unit)?,
            price: row.price,
            stock: row.stock,
            created_at: Timestamp::from_micros(row.created_at),
            retired_at: row.retired_at.map(Timestamp::from_micros),
        })
    }
}

impl TryFrom<redemption::Model> for Redemption {
    type Error = Failure;

    fn try_from(row: redemption::Model) -> Result<Self, Failure> {
        let community = row::community(&row.community)?;
        Ok(Self {
            good: GoodName {
                community: community.clone(),
                good: row.good.into(),
            },
            name: RedemptionName {
                community,
                redemption: row.id.into(),
            },
            user: row.person.into(),
            quantity: row.quantity,
        })
    }
}
