//! Queries. Reads take any connection; writes take a transaction and the proof of who may.

pub mod bookable;
pub mod booking;
pub mod category;
pub mod claim;
mod entity;
pub mod listing;
pub mod occupancy;
pub mod project;
pub mod project_entry;
mod row;
mod rules;
pub mod visible;
