//! What may be done; each command is one transaction.

pub(crate) mod change;
