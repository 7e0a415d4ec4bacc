pub mod submit;
pub mod withdraw;
