//! Which rules hold since when.

mod entity;
pub(crate) mod revision;

pub(crate) use entity::revision as revision_table;
