//! What is read.

pub mod download;
pub mod file;
pub mod lookup;
