//! What changes, one command a file.

pub mod webhook;
