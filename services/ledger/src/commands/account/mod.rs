pub mod close;
pub mod open;
pub mod set_limits;
