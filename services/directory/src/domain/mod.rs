//! The rules, without database and wire: what is valid, what may change into what.

pub mod application;
pub mod appointment;
pub mod client;
pub mod community;
pub mod compound;
pub mod facts;
pub mod invitation;
pub mod lapse;
pub mod membership;
pub mod names;
pub mod owner;
pub mod post;
pub mod region;
pub mod region_committee;
pub mod region_post;
pub mod register;
pub mod session;
pub mod term;
pub mod user;
