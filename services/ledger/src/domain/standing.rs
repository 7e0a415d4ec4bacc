use yihe_kernel::{Error, Result, Timestamp};

use super::account::{Limits, Unit};
use super::leg::{Leg, Side};
use crate::names::AccountName;
use crate::reasons;

/// No balance goes beyond this, limits or none: sums of a few stay within 64 bits.
pub const BOUND: i64 = 4_000_000_000_000_000_000;
/// The same for one stripe of a book, of which there are 16.
pub const STRIPE_BOUND: i64 = BOUND / 16;

/// One row of balances: what stands, what is held, and within which limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What stands.
    pub settled: i64,
    /// What is held and will go.
    pub held_out: i64,
    /// What is held and will come.
    pub held_in: i64,
    /// The limits.
    pub limits: Limits,
    /// When the account was closed.
    pub closed_at: Option<Timestamp>,
}

impl Standing {
    /// What could still go.
    #[must_use]
    pub fn can_go(&self) -> i64 {
        let free = self.settled.saturating_sub(self.held_out);
        free.saturating_sub(self.limits.least).max(0)
    }

    /// What could still come.
    #[must_use]
    pub fn can_come(&self) -> i64 {
        let taken = self.settled.saturating_add(self.held_in);
        self.limits.most.saturating_sub(taken).max(0)
    }

    /// Whether a side of a new transfer may happen here; what the guard of the statement demands, in the same words.
    ///
    /// # Errors
    /// `ACCOUNT_CLOSED`, `DONATE_ONLY`, `BALANCE_TOO_LOW`, `BALANCE_TOO_HIGH`.
    pub fn expect(&self, leg: &Leg, name: &AccountName, unit: Unit) -> Result<()> {
        if self.closed_at.is_some() {
            return Err(Error::new(&reasons::ACCOUNT_CLOSED).with("name", name));
        }
        let (possible, reason) = match leg.side {
            Side::Debit if self.limits.donate_only && !leg.donation => {
                return Err(Error::new(&reasons::DONATE_ONLY).with("name", name));
            }
            Side::Debit => (self.can_go(), &reasons::BALANCE_TOO_LOW),
            Side::Credit => (self.can_come(), &reasons::BALANCE_TOO_HIGH),
        };
        if leg.amount <= possible {
            return Ok(());
        }
        Err(Error::new(reason)
            .with("name", name)
            .with("amount", leg.amount)
            .with("unit", unit.code())
            .with("possible", possible))
    }

    /// The row after a side of a transfer.
    #[must_use]
    pub fn after(mut self, leg: &Leg) -> Self {
        self.settled = self.settled.saturating_add(leg.settled);
        match leg.side {
            Side::Debit => self.held_out = self.held_out.saturating_add(leg.held),
            Side::Credit => self.held_in = self.held_in.saturating_add(leg.held),
        }
        self
    }

    /// Two rows of one account together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.settled = self.settled.saturating_add(other.settled);
        self.held_out = self.held_out.saturating_add(other.held_out);
        self.held_in = self.held_in.saturating_add(other.held_in);
        self
    }
}
