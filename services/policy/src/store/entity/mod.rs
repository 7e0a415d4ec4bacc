pub(crate) mod change;
pub(crate) mod change_step;
pub(crate) mod counter;
pub(crate) mod made_revision;
pub(crate) mod revision;
pub(crate) mod rule;
pub(crate) mod usage_count;
pub(crate) mod usage_report;
