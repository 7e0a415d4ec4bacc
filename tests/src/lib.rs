//! What whole-system tests share: calls made of descriptors, for tests that walk every RPC.

mod contract;
mod raw;

pub use contract::{Rpc, rpcs};
pub use raw::{RawCodec, call_raw};
