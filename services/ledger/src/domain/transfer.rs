use yihe_kernel::{Error, FileId, Result, Timestamp};

use super::account::Unit;
use super::code::codes;
use super::serves::Serves;
use crate::names::{AccountId, TransferId, TransferName};
use crate::reasons;

/// The most that one transfer moves.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000_000;

codes! {
    /// Why something moves.
    TransferKind {
        /// From account to account.
        Payment = "PAYMENT",
        /// A donation.
        Donation = "DONATION",
        /// Issued by the community.
        Issue = "ISSUE",
        /// Credit for a service.
        Service = "SERVICE",
        /// For goods.
        Redemption = "REDEMPTION",
        /// One unit for another.
        Exchange = "EXCHANGE",
        /// Into a pooled fund.
        Contribution = "CONTRIBUTION",
        /// From a pooled fund.
        Expense = "EXPENSE",
        /// Back to a contributor.
        Return = "RETURN",
        /// Puts another right.
        Correction = "CORRECTION",
    }
    /// How a hold ended.
    Outcome {
        /// Posted.
        Posted = "POSTED",
        /// Voided.
        Voided = "VOIDED",
        /// Its time ran out.
        Expired = "EXPIRED",
    }
}

/// How a transfer stands; told, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferState {
    /// It moved.
    Posted,
    /// It is held.
    Pending,
    /// Voided.
    Voided,
    /// Its time ran out.
    Expired,
}

impl TransferState {
    /// The spelling of the contract.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Posted => "POSTED",
            Self::Pending => "PENDING",
            Self::Voided => "VOIDED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl TransferKind {
    /// Whether it is put right by another transfer alone, or where it was done.
    #[must_use]
    pub const fn is_corrected_here(self) -> bool {
        matches!(self, Self::Payment | Self::Donation | Self::Issue | Self::Service)
    }

    /// Whether its hold is ended by hand.
    #[must_use]
    pub const fn is_ended_here(self) -> bool {
        matches!(self, Self::Payment | Self::Donation)
    }
}

/// A transfer, as it was made; never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its name.
    pub name: TransferName,
    /// The first of those made with it.
    pub batch: TransferId,
    /// Its place among them.
    pub place: i32,
    /// Who gives.
    pub debit: AccountId,
    /// Who receives.
    pub credit: AccountId,
    /// What is counted.
    pub unit: Unit,
    /// How much.
    pub amount: i64,
    /// Why.
    pub kind: TransferKind,
    /// What for.
    pub memo: String,
    /// The voucher.
    pub voucher: Option<FileId>,
    /// When it ends by itself, where it is a hold.
    pub expires_at: Option<Timestamp>,
    /// What it puts right.
    pub corrects: Option<TransferId>,
    /// What it is done for.
    pub serves: Serves,
    /// Who made it.
    pub creator: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldEnd {
    /// In which way.
    pub outcome: Outcome,
    /// How much moved.
    pub posted: i64,
    /// When.
    pub ended_at: Timestamp,
}

/// A hold and its end, where it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What was held.
    pub transfer: Transfer,
    /// Its end.
    pub end: Option<HoldEnd>,
}

impl Hold {
    /// How it stands.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> TransferState {
        match (self.transfer.expires_at, self.end) {
            (None, _) => TransferState::Posted,
            (Some(_), Some(end)) => match end.outcome {
                Outcome::Posted => TransferState::Posted,
                Outcome::Voided => TransferState::Voided,
                Outcome::Expired => TransferState::Expired,
            },
            (Some(expires_at), None) if expires_at <= now => TransferState::Expired,
            (Some(_), None) => TransferState::Pending,
        }
    }

    /// How much moved.
    #[must_use]
    pub fn posted(&self) -> i64 {
        match self.transfer.expires_at {
            None => self.transfer.amount,
            Some(_) => self.end.map_or(0, |end| end.posted),
        }
    }

    /// It is still held.
    ///
    /// # Errors
    /// `NOT_A_HOLD`, `HOLD_ENDED`, `HOLD_EXPIRED`.
    pub fn expect_open(&self, now: Timestamp) -> Result<()> {
        let name = &self.transfer.name;
        let Some(expires_at) = self.transfer.expires_at else {
            return Err(Error::new(&reasons::NOT_A_HOLD).with("name", name));
        };
        match self.state(now) {
            TransferState::Pending => Ok(()),
            TransferState::Expired => Err(Error::new(&reasons::HOLD_EXPIRED)
                .with("name", name)
                .with("expired_at", expires_at)),
            state @ (TransferState::Posted | TransferState::Voided) => Err(Error::new(&reasons::HOLD_ENDED)
                .with("name", name)
                .with("state", state.code())),
        }
    }

    /// How much of it is to be posted; 0 asks for all.
    ///
    /// # Errors
    /// `HOLD_TOO_SMALL`.
    pub fn expect_amount(&self, amount: i64) -> Result<i64> {
        match amount {
            0 => Ok(self.transfer.amount),
            amount if amount <= self.transfer.amount => Ok(amount),
            amount => Err(Error::new(&reasons::HOLD_TOO_SMALL)
                .with("name", &self.transfer.name)
                .with("possible", self.transfer.amount)
                .with("amount", amount)),
        }
    }
}
