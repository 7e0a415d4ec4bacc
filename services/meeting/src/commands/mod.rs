//! What changes: one command a file.

pub mod agenda_item;
pub mod amendment;
pub mod ballot;
pub mod body;
pub mod body_member;
pub mod class_objection;
pub mod commitment;
pub mod dissent;
pub mod invited_person;
pub mod mandate;
pub mod meeting;
pub mod minutes;
pub mod month_report;
pub mod motion;
pub mod notice;
pub mod objection;
pub mod owners;
pub mod presence;
pub mod problem;
pub mod proxy;
pub mod ratification;
pub mod record;
pub mod recusal;
pub mod second;
pub mod session;
pub mod vote;
