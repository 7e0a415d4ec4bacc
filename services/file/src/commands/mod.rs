//! What changes: one command a file.

pub mod file;
