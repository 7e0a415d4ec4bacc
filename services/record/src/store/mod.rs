//! Every query of this service.

pub mod delivery;
mod entity;
pub mod event;
pub mod webhook;
