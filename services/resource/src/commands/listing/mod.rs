pub mod create;
pub mod end;
