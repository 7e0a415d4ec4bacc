pub mod retain;
pub mod retire;
pub mod upload;
