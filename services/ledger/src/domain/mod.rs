//! What the ledger is about, without I/O.

mod account;
mod attribution;
mod code;
mod fund;
mod good;
mod leg;
mod rate;
mod serves;
mod service_record;
mod shares;
mod standing;
mod transfer;

pub use account::{Account, AccountKind, Limits, Owner, Unit};
pub use attribution::AttributionRule;
pub use fund::{Contribution, Contributor, Expense, Fund, FundReturn, Part, Sums};
pub use good::{Good, Redemption, RedemptionState};
pub use leg::{Leg, STRIPES, Side, legs, release_legs};
pub use rate::Rate;
pub use serves::Serves;
pub use service_record::{Giver, ServiceRecord, ServiceState};
pub use standing::{BOUND, Standing};
pub use transfer::{Hold, HoldEnd, MAX_AMOUNT, Outcome, Transfer, TransferKind, TransferState};
