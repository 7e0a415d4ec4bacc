//! What is read.

pub mod account;
pub mod statement;
pub mod transfer;
