pub mod add;
pub mod erase_name;
pub mod remove;
