pub mod set;
pub mod table;
