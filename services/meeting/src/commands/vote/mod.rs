pub mod close;
pub mod conclude;
pub mod decide_tie;
pub mod open;
mod subject;

pub(in crate::commands) use subject::fall_unseconded;
