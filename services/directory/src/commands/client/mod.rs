//! API clients.

pub mod revoke;
pub mod rotate;
