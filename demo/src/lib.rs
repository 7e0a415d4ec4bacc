//! The story of Beizhan: five kinds of organization that do not report to one another hold a joint meeting and adopt a
//! resolution. Told step by step in Chinese and English; every step is a real call through the gateway, and a step that does
//! not come out as told ends the story with an error.

mod narrator;
mod room;
mod scenes;
mod story;

pub use narrator::Narrator;
pub use story::{Story, tell};
