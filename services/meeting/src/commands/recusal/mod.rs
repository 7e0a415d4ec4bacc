pub mod decide;
pub mod declare;
mod enter;
pub mod r#move;
pub mod withdraw;
