pub mod grant;
pub mod record;
pub mod revoke;
