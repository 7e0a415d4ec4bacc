//! What a webhook is and how it changes.

mod webhook;

pub use webhook::{State, Webhook};
