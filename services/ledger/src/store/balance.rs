use std::collections::HashMap;
use std::ops::Range;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Tx};

use super::entity::{balance, open_hold};
use super::row;
use crate::domain::{Limits, Standing};
use crate::names::{AccountId, AccountName};

/// One row of balances, and when the first hold on it runs out.
pub async fn find(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    stripe: i32,
) -> Result<Option<(Standing, Timestamp)>, Failure> {
    let key = (account.community.to_string(), account.account.uuid(), stripe.into());
    let row = balance::Entity::find_by_id(key).one(conn).await?;
    Ok(row.map(|row| (standing(&row), Timestamp::from_micros(row.next_expiry_at))))
}

/// What stands in an account that is no book, held until the transaction ends.
pub async fn hold(tx: &Tx, account: &AccountName) -> Result<Option<Standing>, Failure> {
    let key = (account.community.to_string(), account.account.uuid(), 0);
    let row = balance::Entity::find_by_id(key).lock_exclusive().one(tx).await?;
    Ok(row.map(|row| standing(&row)))
}

/// What stands in accounts at this moment: stripes together, holds that ran out left out.
pub async fn standings(
    conn: &impl ConnectionTrait,
    community: &CommunityId,
    accounts: &[AccountId],
    now: Timestamp,
) -> Result<HashMap<AccountId, Standing>, Failure> {
    let ids = || accounts.iter().map(|account| account.uuid());
    let rows = balance::Entity::find()
        .filter(balance::Column::Community.eq(community.as_str()))
        .filter(balance::Column::Account.is_in(ids()))
        .all(conn)
        .await?;
    let mut stale = false;
    let mut found: HashMap<AccountId, Standing> = HashMap::with_capacity(accounts.len());
    for row in rows {
        stale |= row.next_expiry_at <= now.micros();
        let part = standing(&row);
        let account = AccountId::from(row.account);
        let whole = found.get(&account).map_or(part, |known| known.plus(&part));
        found.insert(account, whole);
    }
    if stale {
        let ran_out = open_hold::Entity::find()
            .filter(open_hold::Column::Community.eq(community.as_str()))
            .filter(open_hold::Column::ExpiresAt.lte(now.micros()))
            .filter(
                Condition::any()
                    .add(open_hold::Column::Debit.is_in(ids()))
                    .add(open_hold::Column::Credit.is_in(ids())),
            )
            .all(conn)
            .await?;
        for hold in ran_out {
            if let Some(debit) = found.get_mut(&AccountId::from(hold.debit)) {
                debit.held_out -= hold.amount;
            }
            if let Some(credit) = found.get_mut(&AccountId::from(hold.credit)) {
                credit.held_in -= hold.amount;
            }
        }
    }
    Ok(found)
}

/// Adds empty rows, where they are not there yet.
pub async fn insert(tx: &Tx, account: &AccountName, stripes: Range<i32>, limits: Limits) -> Result<(), Failure> {
    let rows = stripes.map(|stripe| balance::ActiveModel {
        community: Set(account.community.to_string()),
        account: Set(account.account.uuid()),
        stripe: Set(stripe.into()),
        settled: Set(0),
        held_out: Set(0),
        held_in: Set(0),
        least: Set(limits.least),
        most: Set(limits.most),
        donate_only: Set(limits.donate_only.into()),
        sequence: Set(0),
        moved_at: Set(Timestamp::MIN.micros()),
        next_expiry_at: Set(Timestamp::MAX.micros()),
        closed_at: Set(None),
    });
    balance::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Stores limits. The row must be held.
pub async fn set_limits(tx: &Tx, _by: &Authorized, account: &AccountName, limits: Limits) -> Result<(), Failure> {
    let set = balance::ActiveModel {
        least: Set(limits.least),
        most: Set(limits.most),
        donate_only: Set(limits.donate_only.into()),
        ..Default::default()
    };
    update(tx, account, set).await
}

/// Stores that nothing moves here any more. The row must be held.
pub async fn close(tx: &Tx, _by: &Authorized, account: &AccountName, now: Timestamp) -> Result<(), Failure> {
    let set = balance::ActiveModel {
        closed_at: Set(Some(now.micros())),
        ..Default::default()
    };
    update(tx, account, set).await
}

async fn update(tx: &Tx, account: &AccountName, set: balance::ActiveModel) -> Result<(), Failure> {
    balance::Entity::update_many()
        .set(set)
        .filter(balance::Column::Community.eq(account.community.as_str()))
        .filter(balance::Column::Account.eq(account.account.uuid()))
        .exec(tx)
        .await?;
    Ok(())
}

fn standing(row: &balance::Model) -> Standing {
    Standing {
        settled: row.settled,
        held_out: row.held_out,
        held_in: row.held_in,
        limits: Limits {
            least: row.least,
            most: row.most,
            donate_only: row.donate_only != 0,
        },
        closed_at: row::instant(row.closed_at),
    }
}
