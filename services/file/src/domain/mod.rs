//! What a file is, what may become of it, and what must be true of an upload. Pure: no store, no wire, no clock.

mod declaration;
mod digest;
mod file;
mod media_type;
mod range;
mod receiving;
mod text;

pub use declaration::Declaration;
pub use digest::{Blob, Digest};
pub use file::{File, FileState};
pub use media_type::MediaType;
pub use range::Range;
pub use receiving::Receiving;
