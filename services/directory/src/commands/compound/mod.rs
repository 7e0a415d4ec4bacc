//! Compounds and service contracts.

pub mod create;
pub mod create_contract;
pub mod end_contract;
