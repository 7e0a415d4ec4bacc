pub mod cast;
mod cast_by_proxy;
