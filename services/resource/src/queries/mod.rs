//! Get and list.

pub mod bookable;
pub mod booking;
pub mod calendar;
pub mod category;
pub mod claim;
pub mod free_busy;
pub mod listing;
pub mod project;
pub mod project_facts;
