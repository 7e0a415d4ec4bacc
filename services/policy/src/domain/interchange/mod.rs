//! Rules in casbin's form: the model and rows that casbin reads, and that come back.

mod instant;
mod plan;
mod read;
mod write;

pub(crate) use plan::plan;
pub(crate) use read::{Read, read};
pub(crate) use write::{MODEL, holders, rows};
