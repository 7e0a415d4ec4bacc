pub mod acknowledge;
pub mod serve;
