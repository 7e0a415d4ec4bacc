//! Every query of this service. Reads take any connection, writes a transaction and the proof that the caller may.

pub mod agenda;
pub mod amendment;
pub mod body;
pub mod cast;
pub mod class_objection;
pub mod clerk_record;
pub mod delivery;
pub mod commitment;
mod entity;
pub mod meeting;
pub mod month;
pub mod motion;
pub mod motion_version;
pub mod notice;
pub mod person_name;
pub mod presence;
pub mod proxy;
pub mod ratification;
pub mod problem;
pub mod resolution;
mod row;
pub mod sealed;
pub mod visible;
pub mod vote;
pub mod waiver;
