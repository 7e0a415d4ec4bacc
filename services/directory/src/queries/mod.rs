//! Reading: get and list.

pub mod application;
pub mod appointment;
pub mod authority;
pub mod calendar;
pub mod client;
pub mod community;
pub mod compound;
pub mod lapse;
pub mod membership;
pub mod owner;
pub mod person;
pub mod region;
pub mod region_appointment;
pub mod register;
pub mod watch_authority;
pub mod who_am_i;
