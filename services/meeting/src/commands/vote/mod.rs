pub mod close;
pub mod conclude;
pub mod open;
mod subject;
