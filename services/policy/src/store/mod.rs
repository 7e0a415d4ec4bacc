//! Which rules hold since when, the changes that made them, and what they were asked.

pub(crate) mod change;
pub(crate) mod entity;
pub(crate) mod events;
pub(crate) mod history;
pub(crate) mod made;
pub(crate) mod revision;
pub(crate) mod usage;
mod writing;

use yihe_kernel::Error;
use yihe_store::Failure;

pub(crate) use entity::revision as revision_table;
pub(crate) use entity::{usage_count as usage_count_table, usage_report as usage_report_table};
pub(crate) use writing::Writing;

/// A sequence as it is stored.
fn number(sequence: u64) -> Result<i64, Failure> {
    i64::try_from(sequence).map_err(|error| Error::internal(error).into())
}

/// A stored sequence.
fn sequence(stored: i64) -> Result<u64, Failure> {
    u64::try_from(stored).map_err(|error| Error::internal(error).into())
}
