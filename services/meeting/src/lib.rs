//! Bodies, meetings, agenda, motions, ballots and resolutions: a joint meeting from its draft to what it resolved.
//!
//! **What changes together**, each in one transaction: a body and its members; a meeting with its agenda, notice, roster,
//! presence, motions, votes and ballots; a vote's close with the motion's state and the resolution. A command holds the
//! meeting's row, so that the commands of one meeting go one after another; casting a ballot alone holds nothing but the
//! voter's row and a share of the vote's.
//!
//! **Invariants**
//! - What a notice froze (agenda, roster, rule pack) never changes, so it is kept in memory and read without a lock.
//! - A member votes once, itself, by its present representative or by the present holder of its proxy, while the room has a
//!   quorum, in a vote that is open. Members are organizations, persons or owners: one type, one way to vote.
//! - What is recorded for others is recorded with its clerk record, in one transaction; ballots of one reading all or not at all.
//! - A proxy ends when its principal comes; a ballot not yet cast is then the principal's own again.
//! - Names of persons lie in one erasable table; rows, events and rosters know persons by id.
//! - A closed vote is counted from stored rows alone: a recount gives the same bytes.
//! - Who is recused from an item is frozen in the certificate of each vote on it, and in no number of that vote; while it is open
//!   the quorum that counts is the item's.
//! - Without a quorum nothing is decided: no ballot, no count; an open vote waits, or lapses with the meeting.

mod api;
mod calendars;
mod commands;
mod consumers;
mod convert;
mod directory;
mod domain;
mod events;
mod files;
mod frozen;
mod lookup;
mod migrations;
mod names;
mod queries;
mod reasons;
mod rooms;
mod secrecy;
mod service;
mod store;
mod timers;

pub use consumers::membership_ended;
pub use domain::minutes::{Fault, Verified, verify as verify_minutes};
pub use files::Files;
pub use migrations::migrations;
pub use reasons::REASONS;
pub use service::{Deps, Started, start};
pub use store::cast::statements as cast_ballot_statements;
