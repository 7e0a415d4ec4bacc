pub mod acknowledge;
pub mod deliver;
pub mod serve;
pub mod waive;
