pub mod cancel;
pub mod close;
pub mod create;
pub mod postpone;
pub mod update;
