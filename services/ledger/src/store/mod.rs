//! Every query of this service. Reads take any connection, writes a transaction and the proof that the caller may.

pub mod account;
pub mod balance;
pub mod engine;
mod entity;
pub mod hold;
pub mod posting;
pub mod row;
pub mod sight;
pub mod transfer;
pub mod trial_balance;
