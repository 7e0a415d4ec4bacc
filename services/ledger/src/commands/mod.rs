//! What changes.

pub mod account;
pub mod exchange;
pub mod fund;
pub mod good;
pub mod hold;
mod own_account;
pub mod redemption;
pub mod service;
pub mod transfer;
