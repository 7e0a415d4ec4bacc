//! What may be done; each command is one transaction.

pub(crate) mod change;
mod import;
pub(crate) mod usage;

pub(crate) use import::import_policies;
