//! Every query of this service. Reads take any connection, writes a transaction and the proof that the caller may.

pub mod account;
pub mod balance;
pub mod contribution;
pub mod engine;
mod entity;
pub mod expense;
pub mod fund;
pub mod good;
pub mod hold;
pub mod posting;
pub mod rate;
pub mod row;
pub mod service_record;
pub mod sight;
pub mod statement;
pub mod transfer;
pub mod trial_balance;
pub mod whose;
