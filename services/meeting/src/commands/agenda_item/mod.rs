pub mod create;
pub mod withdraw;
