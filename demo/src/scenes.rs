pub mod admission;
pub mod convening;
pub mod outsiders;
pub mod rights;
pub mod session;
pub mod structure;
pub mod vote;
