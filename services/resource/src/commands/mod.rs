//! What changes: one command a file.

pub mod bookable;
pub mod booking;
