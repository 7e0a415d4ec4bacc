//! What is read: get, list and watch.

pub mod agenda_item;
pub mod body;
pub mod meeting;
pub mod motion;
pub mod notice;
pub mod object;
pub mod person;
pub mod presence;
pub mod proxy;
pub mod record;
pub mod resolution;
pub mod vote;
pub mod watch;
