pub mod close;
pub mod open;
