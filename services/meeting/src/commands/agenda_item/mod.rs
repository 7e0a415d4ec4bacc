pub mod carry;
pub mod create;
#[path = "move.rs"]
pub mod moving;
pub mod reclassify;
pub mod withdraw;
