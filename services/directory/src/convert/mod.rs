//! Between the wire and the domain: all validation of shapes.

mod partners;
mod read;
mod write;

pub use partners::*;
pub use read::*;
pub use write::*;
