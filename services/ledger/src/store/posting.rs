use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Tx};

use super::entity::posting;
use crate::names::{AccountId, AccountName, TransferId};

/// One side of a transfer, as it was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: AccountId,
    /// Its stripe.
    pub stripe: i32,
    /// Its number in the stripe.
    pub sequence: i64,
    /// The transfer.
    pub transfer: TransferId,
    /// What came.
    pub amount: i64,
    /// What stood after it.
    pub balance: i64,
    /// When.
    pub posted_at: Timestamp,
}

/// Adds postings.
pub async fn insert(tx: &Tx, _by: &Authorized, community: &CommunityId, postings: &[Posting]) -> Result<(), Failure> {
    let rows = postings.iter().map(|posting| posting::ActiveModel {
        community: Set(community.to_string()),
        account: Set(posting.account.uuid()),
        stripe: Set(posting.stripe.into()),
        sequence: Set(posting.sequence),
        transfer: Set(posting.transfer.uuid()),
        amount: Set(posting.amount),
        balance: Set(posting.balance),
        posted_at: Set(posting.posted_at.micros()),
    });
    posting::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// What stood in an account at an instant: the last posting of each stripe until then.
pub async fn balance_at(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    stripes: i32,
    at: Timestamp,
) -> Result<i64, Failure> {
    let mut sum = 0_i64;
    for stripe in 0..stripes {
        let row: Option<i64> = posting::Entity::find()
            .select_only()
            .column(posting::Column::Balance)
            .filter(posting::Column::Community.eq(account.community.as_str()))
            .filter(posting::Column::Account.eq(account.account.uuid()))
            .filter(posting::Column::Stripe.eq(i64::from(stripe)))
            .filter(posting::Column::PostedAt.lte(at.micros()))
            .order_by_desc(posting::Column::PostedAt)
            .order_by_desc(posting::Column::Sequence)
            .limit(1)
            .into_tuple()
            .one(conn)
            .await?;
        sum = sum.saturating_add(row.unwrap_or(0));
    }
    Ok(sum)
}
