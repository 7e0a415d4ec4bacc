//! What changes: one command a file.

pub mod bookable;
pub mod booking;
pub mod category;
pub mod claim;
pub mod listing;
pub mod project;
