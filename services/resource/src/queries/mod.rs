//! Get and list.

pub mod bookable;
pub mod booking;
pub mod calendar;
pub mod free_busy;
