//! Registers of owners.

pub mod import;
pub mod nominate;
