pub mod confirm;
pub mod record;
pub mod reject;
