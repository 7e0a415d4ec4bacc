pub mod accept;
pub mod change;
pub mod create;
pub mod decline;
pub mod fulfil;
pub mod withdraw;
