//! What is read.

pub mod event;
pub mod history;
pub mod subscribe;
pub mod webhook;
