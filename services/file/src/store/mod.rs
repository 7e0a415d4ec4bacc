//! Every query of this service. Reads take any connection, writes a transaction and the proof that the caller may.

pub mod blob;
mod entity;
pub mod file;

/// For backups: community and digest of the bytes that files need.
pub const NEEDED_BYTES: &str = "SELECT DISTINCT community, sha256 FROM file WHERE removed_at IS NULL";
