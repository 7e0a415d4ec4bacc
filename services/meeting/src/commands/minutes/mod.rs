pub mod closing;
pub mod draft;
mod drawing;
pub mod publish;
pub mod publish_results;
pub mod record_signature;
pub mod refuse;
pub mod request_signatures;
pub mod sign;
mod signing;
pub mod update;

pub use drawing::names;
