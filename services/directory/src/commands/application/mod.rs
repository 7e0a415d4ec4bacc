//! Applications of partner organizations.

pub mod admit;
pub mod apply;
pub mod collect;
pub mod reject;
