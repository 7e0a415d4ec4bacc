use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Timestamp};
use yihe_store::{Failure, Page, Tx};

use super::entity::posting;
use super::row;
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

impl Posting {
    /// Where a page of postings ends.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.posted_at.micros(), self.stripe, self.sequence)
    }
}

/// In which order postings are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
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

/// A page of the postings of an account. Each stripe is a look-up in the index, however many postings there are.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    stripes: i32,
    order: Order,
    page: &Page,
) -> Result<Vec<Posting>, Failure> {
    let after = match &page.after {
        Some(after) => Some(key(after).ok_or_else(|| row::broken("page_token", after))?),
        None => None,
    };
    let mut found = Vec::new();
    for stripe in 0..stripes {
        found.extend(of_stripe(conn, account, stripe, order, after, row::fetch(page)).await?);
    }
    let place = |posting: &Posting| (posting.posted_at, posting.stripe, posting.sequence);
    match order {
        Order::Oldest => found.sort_unstable_by_key(place),
        Order::Newest => found.sort_unstable_by_key(|posting| std::cmp::Reverse(place(posting))),
    }
    let most = usize::try_from(row::fetch(page)).unwrap_or(usize::MAX);
    found.truncate(most);
    Ok(found)
}

async fn of_stripe(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    stripe: i32,
    order: Order,
    after: Option<(i64, i32, i64)>,
    limit: u64,
) -> Result<Vec<Posting>, Failure> {
    use posting::Column::{PostedAt, Sequence};
    let mut query = posting::Entity::find()
        .filter(posting::Column::Community.eq(account.community.as_str()))
        .filter(posting::Column::Account.eq(account.account.uuid()))
        .filter(posting::Column::Stripe.eq(i64::from(stripe)));
    if let Some((at, of, sequence)) = after {
        // within a stripe numbers and instants rise together
        let before = match order {
            Order::Newest => stripe < of,
            Order::Oldest => stripe > of,
        };
        query = match (order, stripe == of) {
            (Order::Newest, true) => query.filter(PostedAt.lte(at)).filter(Sequence.lt(sequence)),
            (Order::Oldest, true) => query.filter(PostedAt.gte(at)).filter(Sequence.gt(sequence)),
            (Order::Newest, false) if before => query.filter(PostedAt.lte(at)),
            (Order::Newest, false) => query.filter(PostedAt.lt(at)),
            (Order::Oldest, false) if before => query.filter(PostedAt.gte(at)),
            (Order::Oldest, false) => query.filter(PostedAt.gt(at)),
        };
    }
    let query = match order {
        Order::Newest => query.order_by_desc(PostedAt).order_by_desc(Sequence),
        Order::Oldest => query.order_by_asc(PostedAt).order_by_asc(Sequence),
    };
    let rows = query.limit(limit).all(conn).await?;
    rows.into_iter().map(Posting::try_from).collect()
}

fn key(text: &str) -> Option<(i64, i32, i64)> {
    let mut parts = text.split('/');
    let key = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    parts.next().is_none().then_some(key)
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
        let row = posting::Entity::find()
            .filter(posting::Column::Community.eq(account.community.as_str()))
            .filter(posting::Column::Account.eq(account.account.uuid()))
            .filter(posting::Column::Stripe.eq(i64::from(stripe)))
            .filter(posting::Column::PostedAt.lte(at.micros()))
            .order_by_desc(posting::Column::PostedAt)
            .order_by_desc(posting::Column::Sequence)
            .limit(1)
            .one(conn)
            .await?;
        sum = sum.saturating_add(row.map_or(0, |row| row.balance));
    }
    Ok(sum)
}

impl TryFrom<posting::Model> for Posting {
    type Error = Failure;

    fn try_from(row: posting::Model) -> Result<Self, Failure> {
        Ok(Self {
            account: AccountId::from(row.account),
            stripe: i32::try_from(row.stripe).map_err(|_| row::broken("stripe", &row.stripe.to_string()))?,
            sequence: row.sequence,
            transfer: TransferId::from(row.transfer),
            amount: row.amount,
            balance: row.balance,
            posted_at: Timestamp::from_micros(row.posted_at),
        })
    }
}
