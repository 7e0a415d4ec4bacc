//! The tables. Private to the store: everybody else speaks of domain types.

pub mod blob;
pub mod file;
