use super::account::Account;
use super::transfer::{Transfer, TransferKind};
use crate::names::{AccountId, TransferId};

/// Rows in which the balance of a book is kept, so that those who move it at once seldom meet.
pub const STRIPES: i32 = 16;

/// Which side of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Gives.
    Debit,
    /// Receives.
    Credit,
}

/// What one side of a transfer does to one row of balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// The account.
    pub account: AccountId,
    /// Its stripe.
    pub stripe: i32,
    /// The side.
    pub side: Side,
    /// Place of the transfer among those made together.
    pub place: usize,
    /// How much the transfer is of.
    pub amount: i64,
    /// What comes to the balance.
    pub settled: i64,
    /// What comes to that which is held on this side.
    pub held: i64,
    /// Whether it is a donation.
    pub donation: bool,
}

/// The stripe in which a transfer moves an account.
#[must_use]
pub fn stripe_of(account: AccountId, transfer: TransferId) -> i32 {
    if Account::book_of(account).is_none() {
        return 0;
    }
    // the last bits of an id are drawn at random
    i32::from(transfer.uuid().as_bytes()[15]) % STRIPES
}

/// The two sides of each transfer, in the order in which everybody takes accounts; those of one account stay in the order asked
/// for.
#[must_use]
pub fn legs(transfers: &[Transfer]) -> Vec<Leg> {
    let sides = transfers.iter().enumerate().flat_map(|(place, transfer)| {
        let moves = transfer.expires_at.is_none();
        let (settled, held) = if moves {
            (transfer.amount, 0)
        } else {
            (0, transfer.amount)
        };
        sides(transfer, place, settled, held)
    });
    sorted(sides.collect())
}

/// What the end of a hold does: all of it is let go, and `posted` of it moves.
#[must_use]
pub fn release_legs(hold: &Transfer, posted: i64) -> Vec<Leg> {
    sorted(sides(hold, 0, posted, -hold.amount).into())
}

fn sides(transfer: &Transfer, place: usize, settled: i64, held: i64) -> [Leg; 2] {
    let leg = |account, side, settled| Leg {
        account,
        stripe: stripe_of(account, transfer.name.transfer),
        side,
        place,
        amount: transfer.amount,
        settled,
        held,
        donation: transfer.kind == TransferKind::Donation,
    };
    [
        leg(transfer.debit, Side::Debit, -settled),
        leg(transfer.credit, Side::Credit, settled),
    ]
}

fn sorted(mut legs: Vec<Leg>) -> Vec<Leg> {
    legs.sort_by_key(|leg| (leg.account, leg.stripe));
    legs
}
