//! What the ledger is about, without I/O.

mod account;
mod code;
mod leg;
mod standing;
mod transfer;

pub use account::{Account, AccountKind, Limits, Owner, Unit};
pub use leg::{Leg, STRIPES, Side, legs, release_legs};
pub use standing::{BOUND, Standing};
pub use transfer::{Hold, HoldEnd, MAX_AMOUNT, Outcome, Transfer, TransferKind, TransferState};
