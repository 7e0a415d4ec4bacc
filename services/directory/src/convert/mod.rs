//! Between the wire and the domain: all validation of shapes.

mod levels;
mod partners;
mod read;
mod register;
mod write;

pub use levels::*;
pub use partners::*;
pub use read::*;
pub use register::*;
pub use write::*;
