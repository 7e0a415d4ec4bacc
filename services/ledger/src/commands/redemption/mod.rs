pub mod cancel;
pub mod create;
mod end;
pub mod fulfil;
