//! Owners who sign in.

pub mod enrol;
pub mod invite;
pub mod link;
pub mod reveal;
pub mod unlink;
