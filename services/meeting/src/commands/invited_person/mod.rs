pub mod invite;
pub mod withdraw;
