pub mod correct;
pub mod create;
pub mod issue;
