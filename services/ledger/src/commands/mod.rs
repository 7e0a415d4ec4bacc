//! What changes.

pub mod account;
pub mod hold;
pub mod transfer;
