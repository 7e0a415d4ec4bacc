//! Every query of this service. Reads take any connection, writes a transaction and the proof that the caller may.

pub mod blob;
mod entity;
pub mod file;
