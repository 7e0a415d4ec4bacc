//! The tables. Private to the store: everybody else speaks of domain types.

pub mod account;
pub mod balance;
pub mod hold_end;
pub mod open_hold;
pub mod posting;
pub mod transfer;
