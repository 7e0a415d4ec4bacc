pub mod close;
pub mod contribute;
pub mod create;
pub mod record_expense;
pub mod return_share;
mod transfer;
