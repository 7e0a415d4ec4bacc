pub mod create;
#[path = "move.rs"]
pub mod moving;
pub mod withdraw;
