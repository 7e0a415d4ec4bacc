//! Communities.

pub mod activate;
pub mod invite_first_secretary;
