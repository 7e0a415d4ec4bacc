pub mod cancel;
pub mod close;
pub mod create;
pub mod update;
