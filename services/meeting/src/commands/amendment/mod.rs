pub mod order;
pub mod restate;
pub mod strike;
pub mod submit;
pub mod withdraw;
