//! Queries. Reads take any connection; writes take a transaction and the proof of who may.

pub mod bookable;
pub mod booking;
mod entity;
pub mod occupancy;
mod row;
mod rules;
pub mod visible;
