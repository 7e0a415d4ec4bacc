//! The composition root: reads the configuration, wires services and gateway into a node, and offers the operator's commands.
//!
//! **Invariant**: this is the only crate that knows all services; they know one another by contracts alone.

pub mod backup;
pub mod commands;
pub mod config;
pub mod doctor;
mod events;
mod measures;
pub mod node;
mod readiness;
pub mod services;

pub use config::{Config, ServiceName, Wiring};
pub use node::Node;
