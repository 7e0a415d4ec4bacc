//! What is read.

pub mod account;
pub mod expense;
pub mod fund;
pub mod good;
pub mod hold;
pub mod object;
pub mod rate;
pub mod service_record;
pub mod statement;
pub mod transfer;
