use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Page, Tx};

use super::entity::{hold_end, open_hold};
use super::row;
use crate::domain::{HoldEnd, Transfer};
use crate::names::{AccountName, TransferId, TransferName};

/// Holds that one sweep ends at most; the next that meets the account ends more.
const SWEEP: u64 = 200;

/// Adds holds.
pub async fn insert(tx: &Tx, _by: &Authorized, holds: &[Transfer]) -> Result<(), Failure> {
    let rows = holds.iter().filter_map(|hold| {
        Some(open_hold::ActiveModel {
            community: Set(hold.name.community.to_string()),
            id: Set(hold.name.transfer.uuid()),
            debit: Set(hold.debit.uuid()),
            credit: Set(hold.credit.uuid()),
            amount: Set(hold.amount),
            expires_at: Set(hold.expires_at?.micros()),
        })
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        open_hold::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Takes a hold away and says how it ended; false where somebody else ended it.
pub async fn end(tx: &Tx, _by: &Authorized, name: &TransferName, end: HoldEnd) -> Result<bool, Failure> {
    let gone = open_hold::Entity::delete_many()
        .filter(open_hold::Column::Community.eq(name.community.as_str()))
        .filter(open_hold::Column::Id.eq(name.transfer.uuid()))
        .exec(tx)
        .await?;
    if gone.rows_affected == 0 {
        return Ok(false);
    }
    let row = hold_end::ActiveModel {
        community: Set(name.community.to_string()),
        hold: Set(name.transfer.uuid()),
        outcome: Set(end.outcome.code().to_owned()),
        posted: Set(end.posted),
        ended_at: Set(end.ended_at.micros()),
    };
    hold_end::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(true)
}

/// Holds of an account whose time has run out, the first to run out first.
pub async fn ran_out(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    now: Timestamp,
) -> Result<Vec<TransferName>, Failure> {
    let id = account.account.uuid();
    let rows = open_hold::Entity::find()
        .filter(open_hold::Column::Community.eq(account.community.as_str()))
        .filter(
            Condition::any()
                .add(open_hold::Column::Debit.eq(id))
                .add(open_hold::Column::Credit.eq(id)),
        )
        .filter(open_hold::Column::ExpiresAt.lte(now.micros()))
        .order_by_asc(open_hold::Column::ExpiresAt)
        .order_by_asc(open_hold::Column::Id)
        .limit(SWEEP)
        .all(conn)
        .await?;
    let name = |row: open_hold::Model| TransferName::new(&account.community, TransferId::from(row.id));
    Ok(rows.into_iter().map(name).collect())
}

/// A hold that is open.
#[derive(Debug, Clone, Copy)]
pub struct OpenHold {
    /// Its transfer.
    pub transfer: TransferId,
    /// When it runs out.
    pub expires_at: Timestamp,
}

impl OpenHold {
    /// Where a page of holds ends.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.expires_at.micros(), self.transfer)
    }
}

/// The holds of an account that are open, the first to run out first.
pub async fn list(
    conn: &impl ConnectionTrait,
    account: &AccountName,
    now: Timestamp,
    page: &Page,
) -> Result<Vec<OpenHold>, Failure> {
    use open_hold::Column::{Community, Credit, Debit, ExpiresAt, Id};
    let id = account.account.uuid();
    let mut query = open_hold::Entity::find()
        .filter(Community.eq(account.community.as_str()))
        .filter(Condition::any().add(Debit.eq(id)).add(Credit.eq(id)))
        .filter(ExpiresAt.gt(now.micros()));
    if let Some(after) = &page.after {
        let (at, id) = key(after).ok_or_else(|| row::broken("page_token", after))?;
        let same = Condition::all().add(ExpiresAt.eq(at)).add(Id.gt(id));
        query = query.filter(Condition::any().add(ExpiresAt.gt(at)).add(same));
    }
    let rows = query
        .order_by_asc(ExpiresAt)
        .order_by_asc(Id)
        .limit(row::fetch(page))
        .all(conn)
        .await?;
    let open = |row: open_hold::Model| OpenHold {
        transfer: row.id.into(),
        expires_at: Timestamp::from_micros(row.expires_at),
    };
    Ok(rows.into_iter().map(open).collect())
}

fn key(text: &str) -> Option<(i64, Uuid)> {
    let (at, id) = text.split_once('/')?;
    Some((at.parse().ok()?, Uuid::try_parse(id).ok()?))
}

const NEXT: &str = "UPDATE balance SET next_expiry_at = COALESCE((SELECT MIN(h.expires_at) FROM open_hold h \
     WHERE h.community = $1 AND (h.debit = $2 OR h.credit = $2)), $3) WHERE community = $1 AND account = $2";

/// Notes anew when the first hold of an account runs out.
pub async fn note_next(tx: &Tx, _by: &Authorized, account: &AccountName) -> Result<(), Failure> {
    let values = [
        account.community.as_str().into(),
        account.account.uuid().into(),
        Timestamp::MAX.micros().into(),
    ];
    row::execute(tx, NEXT, values).await?;
    Ok(())
}
