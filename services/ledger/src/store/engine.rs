//! What moves balances: the one hot path, so its statements are written by hand and as few as can be.

use sea_orm::{QueryResult, Value};
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Error, Timestamp};
use yihe_store::{Failure, Tx};

use super::posting::Posting;
use super::{account, balance, good, hold, posting, row, transfer};
use crate::domain::{Hold, HoldEnd, Leg, Outcome, Side, Transfer, TransferKind, legs, release_legs};
use crate::events;
use crate::names::{AccountName, TransferName};
use crate::reasons;

macro_rules! move_statement {
    ($limit:literal) => {
        concat!(
            "UPDATE balance SET settled = settled + $4, held_out = held_out + $5, held_in = held_in + $6, \
             sequence = sequence + $7, moved_at = CASE WHEN moved_at > $8 THEN moved_at ELSE $8 END, \
             next_expiry_at = CASE WHEN next_expiry_at < $9 THEN next_expiry_at ELSE $9 END \
             WHERE community = $1 AND account = $2 AND stripe = $3 ",
            $limit,
            " RETURNING settled, sequence, moved_at"
        )
    };
}

/// The guard demands what [`crate::domain::Standing::expect`] does, and that no hold on the row has run out. Parameters:
/// community, account, stripe, what settles, what is held out, what is held in, postings, instant, expiry, donation.
const DEBIT: &str = move_statement!(
    "AND closed_at IS NULL AND next_expiry_at > $8 AND donate_only <= $10 AND settled + $4 - held_out - $5 >= least"
);
/// The same for who receives; its last parameter says nothing there.
const CREDIT: &str = move_statement!(
    "AND closed_at IS NULL AND next_expiry_at > $8 AND $10 >= 0 AND settled + $4 + held_in + $6 <= most"
);
/// What was held was within the limits when it was promised, so that its end asks for none.
const RELEASE: &str = move_statement!("AND $10 >= 0");
const CATCH_UP: &str =
    "UPDATE balance SET moved_at = $4 WHERE community = $1 AND account = $2 AND stripe = $3 AND moved_at < $4";

/// How often a row is tried again that changed between two looks, or whose holds ran out.
const ATTEMPTS: u32 = 16;

/// The statements written by hand that make one transfer, in order, apart from the rows it adds and apart from the retry row and the outbox row: what a benchmark compares with.
#[must_use]
pub fn statements() -> [&'static str; 2] {
    [DEBIT, CREDIT]
}

/// Makes transfers, all or none, in one fixed order of accounts.
///
/// # Errors
/// `BALANCE_TOO_LOW`, `BALANCE_TOO_HIGH`, `ACCOUNT_CLOSED`, `ACCOUNT_UNKNOWN`, `DONATE_ONLY`.
pub async fn make(tx: &Tx, by: &Authorized, transfers: &[Transfer]) -> Result<(), Failure> {
    let Some(first) = transfers.first() else { return Ok(()) };
    let (community, now) = (&first.name.community, first.made_at);
    let mut moved = Vec::with_capacity(transfers.len() * 2);
    for leg in legs(transfers) {
        let of = transfers
            .get(leg.place)
            .ok_or_else(|| Error::internal("a leg without transfer"))?;
        let expiry = of.expires_at.unwrap_or(Timestamp::MAX);
        let statement = match leg.side {
            Side::Debit => DEBIT,
            Side::Credit => CREDIT,
        };
        let mut attempt = 0;
        let row = loop {
            let values = values(community, &leg, now, expiry);
            if let Some(row) = row::one(tx, statement, values).await? {
                break row;
            }
            attempt += 1;
            if attempt > ATTEMPTS {
                return Err(Error::internal(format!("{} does not stand still", leg.account)).into());
            }
            let account = AccountName::new(community, leg.account);
            make_way(tx, by, &account, &leg, of, now).await?;
        };
        moved.push((leg, Moved::try_from(row)?));
    }
    transfer::insert(tx, by, transfers).await?;
    hold::insert(tx, by, transfers).await?;
    let posted: Vec<_> = moved.into_iter().filter(|(leg, _)| leg.settled != 0).collect();
    write_postings(tx, by, community, &posted, transfers).await?;
    for transfer in transfers {
        let kind = match (transfer.expires_at, transfer.corrects) {
            (Some(_), _) => events::HoldPlaced,
            (None, Some(_)) => events::TransferCorrected,
            (None, None) => events::TransferPosted,
        };
        events::append(tx, by, kind, community, &transfer.name, now).await?;
        if transfer.expires_at.is_none() {
            events::append_entry(tx, by, transfer, transfer.amount, now).await?;
        }
    }
    Ok(())
}

/// Ends a hold, once.
///
/// # Errors
/// `HOLD_ENDED` where somebody else ended it.
pub async fn end(tx: &Tx, by: &Authorized, held: &Transfer, end: HoldEnd) -> Result<(), Failure> {
    if !hold::end(tx, by, &held.name, end).await? {
        return Err(ended(tx, &held.name).await?);
    }
    let mut moved = Vec::with_capacity(2);
    for leg in release_legs(held, end.posted) {
        let values = values(&held.name.community, &leg, end.ended_at, Timestamp::MAX);
        let row = row::one(tx, RELEASE, values).await?;
        let row = row.ok_or_else(|| Error::internal(format!("{} has no balance", leg.account)))?;
        moved.push((leg, Moved::try_from(row)?));
    }
    if end.posted > 0 {
        write_postings(tx, by, &held.name.community, &moved, std::slice::from_ref(held)).await?;
    }
    if end.posted == 0 && held.kind == TransferKind::Redemption {
        good::put_back(tx, by, &held.name).await?;
    }
    let kind = match end.outcome {
        Outcome::Posted => events::HoldPosted,
        Outcome::Voided => events::HoldVoided,
        Outcome::Expired => events::HoldExpired,
    };
    events::append(tx, by, kind, &held.name.community, &held.name, end.ended_at).await?;
    if end.posted > 0 {
        events::append_entry(tx, by, held, end.posted, end.ended_at).await?;
    }
    Ok(())
}

async fn ended(tx: &Tx, name: &TransferName) -> Result<Failure, Failure> {
    let state = match transfer::find(tx, name).await? {
        Some(Hold { end: Some(end), .. }) => end.outcome.code(),
        _ => "",
    };
    Ok(Error::new(&reasons::HOLD_ENDED)
        .with("name", name)
        .with("state", state)
        .into())
}

/// After a guard refused: opens the book that is not there yet, ends the holds that ran out, or says why.
async fn make_way(
    tx: &Tx,
    by: &Authorized,
    account: &AccountName,
    leg: &Leg,
    of: &Transfer,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some((standing, next_expiry)) = balance::find(tx, account, leg.stripe).await? else {
        if crate::domain::Account::book_of(account.account).is_some() {
            return account::open_book(tx, by, account, now).await;
        }
        return Err(Error::new(&reasons::ACCOUNT_UNKNOWN).with("name", account).into());
    };
    if next_expiry <= now {
        return sweep(tx, by, account, now).await;
    }
    Ok(standing.expect(leg, account, of.unit)?)
}

/// Ends the holds of an account that ran out.
pub async fn sweep(tx: &Tx, by: &Authorized, account: &AccountName, now: Timestamp) -> Result<(), Failure> {
    expire(tx, by, &hold::ran_out(tx, account, now).await?, now).await?;
    hold::note_next(tx, by, account).await
}

/// Ends holds that ran out.
pub async fn expire(tx: &Tx, by: &Authorized, holds: &[TransferName], now: Timestamp) -> Result<(), Failure> {
    for name in holds {
        let held = transfer::find(tx, name).await?;
        let held = held.ok_or_else(|| Error::internal(format!("the hold {name} has no transfer")))?;
        let ended = HoldEnd {
            outcome: Outcome::Expired,
            posted: 0,
            ended_at: now,
        };
        match end(tx, by, &held.transfer, ended).await {
            // somebody else was faster; it is ended all the same
            Err(Failure::Refused(error)) if error.is(&reasons::HOLD_ENDED) => {}
            done => done?,
        }
    }
    Ok(())
}

fn values(community: &CommunityId, leg: &Leg, now: Timestamp, expiry: Timestamp) -> [Value; 10] {
    let (out, r#in) = match leg.side {
        Side::Debit => (leg.held, 0),
        Side::Credit => (0, leg.held),
    };
    [
        community.as_str().into(),
        leg.account.uuid().into(),
        i64::from(leg.stripe).into(),
        leg.settled.into(),
        out.into(),
        r#in.into(),
        i64::from(leg.settled != 0).into(),
        now.micros().into(),
        expiry.micros().into(),
        i64::from(leg.donation).into(),
    ]
}

/// A row of balances after it was moved.
struct Moved {
    settled: i64,
    sequence: i64,
    moved_at: i64,
}

impl TryFrom<QueryResult> for Moved {
    type Error = Failure;

    fn try_from(row: QueryResult) -> Result<Self, Failure> {
        Ok(Self {
            settled: row.try_get_by_index(0)?,
            sequence: row.try_get_by_index(1)?,
            moved_at: row.try_get_by_index(2)?,
        })
    }
}

/// All postings of one transaction bear one instant, no earlier than any of the accounts has seen.
async fn write_postings(
    tx: &Tx,
    by: &Authorized,
    community: &CommunityId,
    moved: &[(Leg, Moved)],
    transfers: &[Transfer],
) -> Result<(), Failure> {
    let Some(at) = moved.iter().map(|(_, moved)| moved.moved_at).max() else {
        return Ok(());
    };
    let mut postings = Vec::with_capacity(moved.len());
    for (leg, after) in moved {
        if after.moved_at < at {
            let values = [
                community.as_str().into(),
                leg.account.uuid().into(),
                i64::from(leg.stripe).into(),
                at.into(),
            ];
            row::execute(tx, CATCH_UP, values).await?;
        }
        let of = transfers.get(leg.place);
        let of = of.ok_or_else(|| Error::internal("a leg without transfer"))?;
        postings.push(Posting {
            account: leg.account,
            stripe: leg.stripe,
            sequence: after.sequence,
            transfer: of.name.transfer,
            amount: leg.settled,
            balance: after.settled,
            posted_at: Timestamp::from_micros(at),
        });
    }
    posting::insert(tx, by, community, &postings).await
}
