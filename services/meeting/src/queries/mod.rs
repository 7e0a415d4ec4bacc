//! What is read: get, list and watch.

pub mod agenda_item;
pub mod amendment;
pub mod body;
pub mod class_objection;
pub mod commitment;
pub mod disclosure;
pub mod dissent;
pub mod invited_person;
pub mod ledger;
pub mod mandate;
pub mod meeting;
pub mod minutes;
pub mod month;
pub mod motion;
pub mod notice;
pub mod object;
pub mod person;
pub mod presence;
pub mod proxy;
pub mod ratification;
pub mod record;
pub mod recusal;
pub mod resolution;
pub mod second;
pub mod vote;
pub mod watch;
