pub mod create;
pub mod restock;
