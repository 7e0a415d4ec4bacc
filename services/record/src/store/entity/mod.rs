pub mod delivery;
pub mod event;
pub mod head;
pub mod maker;
pub mod webhook;
