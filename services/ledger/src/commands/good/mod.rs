pub mod create;
pub mod restock;
pub mod retire;
