pub mod record;
pub mod submit;
pub mod withdraw;
