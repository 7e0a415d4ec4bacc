//! Writing: one command a file, by resource.

pub mod application;
pub mod appointment;
pub mod client;
pub mod community;
pub mod compound;
pub mod membership;
pub mod owner;
pub mod region;
pub mod register;
pub mod sign_in;
