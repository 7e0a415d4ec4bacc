//! The tables. Private to the store: everybody else speaks of domain types.

pub mod agenda_item;
pub mod amendment;
pub mod ballot;
pub mod body;
pub mod body_member;
pub mod class_objection;
pub mod clerk_record;
pub mod delivery;
pub mod meeting;
pub mod motion;
pub mod motion_version;
pub mod notice;
pub mod person_name;
pub mod notice_waiver;
pub mod presence;
pub mod proxy;
pub mod ratification;
pub mod resolution;
pub mod roster_entry;
pub mod sealed_ballot;
pub mod vote;
