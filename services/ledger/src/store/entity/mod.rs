//! The tables. Private to the store: everybody else speaks of domain types.

pub mod account;
pub mod attribution;
pub mod balance;
pub mod contribution;
pub mod expense;
pub mod fund;
pub mod fund_return;
pub mod good;
pub mod hold_end;
pub mod open_hold;
pub mod posting;
pub mod rate;
pub mod redemption;
pub mod service_giver;
pub mod service_record;
pub mod transfer;
