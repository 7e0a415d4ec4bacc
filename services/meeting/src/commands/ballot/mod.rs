pub mod cast;
mod cast_by_proxy;
pub mod change;
pub mod record;
mod recording;
