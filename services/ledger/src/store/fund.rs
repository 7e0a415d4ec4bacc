use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::fund;
use super::row;
use crate::domain::{AttributionRule, Fund, Sums};
use crate::names::FundName;

/// One fund.
pub async fn find(conn: &impl ConnectionTrait, name: &FundName) -> Result<Option<Fund>, Failure> {
    let key = (name.community.to_string(), name.fund.uuid());
    let row = fund::Entity::find_by_id(key).one(conn).await?;
    row.map(Fund::try_from).transpose()
}

/// One fund, held until the transaction ends: what goes in and out of it goes one by one.
pub async fn hold(tx: &Tx, name: &FundName) -> Result<Option<Fund>, Failure> {
    let key = (name.community.to_string(), name.fund.uuid());
    let row = fund::Entity::find_by_id(key).lock_exclusive().one(tx).await?;
    row.map(Fund::try_from).transpose()
}

/// Funds in the order they were set up.
pub async fn list(conn: &impl ConnectionTrait, community: &CommunityId, page: &Page) -> Result<Vec<Fund>, Failure> {
    let mut query = fund::Entity::find().filter(fund::Column::Community.eq(community.as_str()));
    if let Some(after) = row::after_id(page)? {
        query = query.filter(fund::Column::Id.gt(after));
    }
    let query = query.order_by_asc(fund::Column::Id).limit(row::fetch(page));
    let rows = query.all(conn).await?;
    rows.into_iter().map(Fund::try_from).collect()
}

/// Adds a fund.
pub async fn insert(tx: &Tx, _by: &Authorized, fund: &Fund) -> Result<(), Failure> {
    let row = fund::ActiveModel {
        community: Set(fund.name.community.to_string()),
        id: Set(fund.name.fund.uuid()),
        organization: Set(fund.organization.uuid()),
        organization_display_name: Set(fund.organization_display_name.clone()),
        title: Set(fund.title.clone()),
        rule: Set(fund.rule.code().to_owned()),
        spending_limit: Set(fund.spending_limit),
        account: Set(fund.account.uuid()),
        created_at: Set(fund.created_at.micros()),
        closed_at: Set(None),
    };
    fund::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Stores that a fund is closed. It must be held.
pub async fn close(tx: &Tx, _by: &Authorized, name: &FundName, now: Timestamp) -> Result<(), Failure> {
    fund::Entity::update_many()
        .set(fund::ActiveModel {
            closed_at: Set(Some(now.micros())),
            ..Default::default()
        })
        .filter(fund::Column::Community.eq(name.community.as_str()))
        .filter(fund::Column::Id.eq(name.fund.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

// one statement sees one state, in which the four sums agree
const SUMS: &str = "SELECT \
     CAST((SELECT COALESCE(SUM(amount), 0) FROM contribution WHERE community = $1 AND fund = $2) AS bigint), \
     CAST((SELECT COALESCE(SUM(unspent), 0) FROM contribution WHERE community = $1 AND fund = $2) AS bigint), \
     CAST((SELECT COALESCE(SUM(amount), 0) FROM expense WHERE community = $1 AND fund = $2) AS bigint), \
     CAST((SELECT COALESCE(SUM(amount), 0) FROM fund_return WHERE community = $1 AND fund = $2) AS bigint)";

/// What went through a fund.
pub async fn sums(conn: &impl ConnectionTrait, name: &FundName) -> Result<Sums, Failure> {
    let values = [name.community.as_str().into(), name.fund.uuid().into()];
    let Some(row) = row::one(conn, SUMS, values).await? else {
        return Ok(Sums::default());
    };
    Ok(Sums {
        contributed: row.try_get_by_index(0)?,
        unspent: row.try_get_by_index(1)?,
        spent: row.try_get_by_index(2)?,
        returned: row.try_get_by_index(3)?,
    })
}

impl TryFrom<fund::Model> for Fund {
    type Error = Failure;

    fn try_from(row: fund::Model) -> Result<Self, Failure> {
        Ok(Self {
            name: FundName {
                community: row::community(&row.community)?,
                fund: row.id.into(),
            },
            organization: row.organization.into(),
            organization_display_name: row.organization_display_name,
            title: row.title,
            rule: row::read(AttributionRule::from_code(&row.rule), "rule", &row.rule)?,
            spending_limit: row.spending_limit,
            account: row.account.into(),
            created_at: Timestamp::from_micros(row.created_at),
            closed_at: row::instant(row.closed_at),
        })
    }
}
