pub mod check_in;
pub mod check_out;
mod passage;

pub(crate) use passage::recompute_quorum;
