use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use uuid::Uuid;
use yihe_kernel::{FileId, Timestamp};
use yihe_store::{Failure, Page};

use super::entity::{posting, transfer};
use super::posting::Posting;
use super::row;
use crate::domain::TransferKind;
use crate::names::{AccountId, AccountName, TransferId};

/// A line of a statement: a posting, and what is told of its transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The posting.
    pub posting: Posting,
    /// The account on the other side.
    pub other: AccountId,
    /// Why it moved.
    pub kind: TransferKind,
    /// What for.
    pub memo: String,
    /// The voucher.
    pub voucher: Option<FileId>,
}

/// In which order lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

impl Line {
    /// Where a page of lines ends.
    #[must_use]
    pub fn key(&self) -> String {
        let Posting {
            posted_at,
            stripe,
            sequence,
            ..
        } = self.posting;
        format!("{}/{stripe}/{sequence}", posted_at.micros())
    }

    fn place(&self) -> (Timestamp, i32, i64) {
        (self.posting.posted_at, self.posting.stripe, self.posting.sequence)
    }
}

/// A page of the statement of an account. Each stripe is a look-up in the index, however many postings there are.
pub async fn lines(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    stripes: i32,
    order: Order,
    page: &Page,
) -> Result<Vec<Line>, Failure> {
    let after = match &page.after {
        Some(after) => Some(key(after).ok_or_else(|| row::broken("page_token", after))?),
        None => None,
    };
    let mut found = Vec::new();
    for stripe in 0..stripes {
        found.extend(of_stripe(conn, account, stripe, order, after, row::fetch(page)).await?);
    }
    match order {
        Order::Oldest => found.sort_unstable_by_key(Line::place),
        Order::Newest => found.sort_unstable_by_key(|line| std::cmp::Reverse(line.place())),
    }
    let most = usize::try_from(row::fetch(page)).unwrap_or(usize::MAX);
    found.truncate(most);
    Ok(found)
}

/// Sequence, transfer, amount, balance and instant of the posting; debit, credit, kind, memo and voucher of the transfer.
type Columns = (i64, Uuid, i64, i64, i64, Uuid, Uuid, String, String, Option<Uuid>);

async fn of_stripe(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    stripe: i32,
    order: Order,
    after: Option<(i64, i32, i64)>,
    limit: u64,
) -> Result<Vec<Line>, Failure> {
    use posting::Column::{Amount, Balance, PostedAt, Sequence, Transfer};
    use transfer::Column::{Credit, Debit, Kind, Memo, Voucher};
    let mut query = posting::Entity::find()
        .select_only()
        .columns([Sequence, Transfer, Amount, Balance, PostedAt])
        .columns([Debit, Credit, Kind, Memo, Voucher])
        .join(JoinType::InnerJoin, posting::Relation::Transfer.def())
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
    let rows: Vec<Columns> = query.limit(limit).into_tuple().all(conn).await?;
    rows.into_iter()
        .map(|columns| line(account.account, stripe, columns))
        .collect()
}

fn line(account: AccountId, stripe: i32, columns: Columns) -> Result<Line, Failure> {
    let (sequence, transfer, amount, balance, posted_at, debit, credit, kind, memo, voucher) = columns;
    let (debit, credit) = (AccountId::from(debit), AccountId::from(credit));
    Ok(Line {
        posting: Posting {
            account,
            stripe,
            sequence,
            transfer: TransferId::from(transfer),
            amount,
            balance,
            posted_at: Timestamp::from_micros(posted_at),
        },
        other: if debit == account { credit } else { debit },
        kind: row::read(TransferKind::from_code(&kind), "kind", &kind)?,
        memo,
        voucher: voucher.map(FileId::from),
    })
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
