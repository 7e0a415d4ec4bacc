//! Exact vote counting and rule packs; pure, no input or output.
//!
//! A verdict must be the same on any machine, in any year, from any order of the same ballots, so that an
//! outsider can recount it. Hence three rules for everything here:
//!
//! - **Integers only.** Heads are counted, area is in 0.01 m², and a share is compared by cross-multiplication in
//!   128 bits; nothing is ever divided or rounded.
//! - **Nothing is read from outside.** No clock, no file, no randomness: a rule pack is text, a count is a function.
//! - **A pack is fixed for ever.** Its exact text and SHA-256 are copied into the meeting that used it; text under an
//!   id and date that have been published never changes (see [`packs`]).
//!
//! The way through: [`packs::in_force`] finds the [`RulePack`]; [`RulePack::rules_for`] gives the [`Rules`] of one
//! matter class; [`quorum()`] certifies presence; [`tally()`] (or [`tally_by_proxy`], [`tally_units`], [`tally_secret`]) gives the [`Outcome`] with every test
//! and its numbers; a [`CountSheet`] is the export from which anybody recounts. Days are counted by a [`Calendar`].

pub mod calendar;
mod canonical;
mod code;
mod count;
mod date;
mod duties;
mod error;
mod finding;
pub mod floor;
mod fraction;
mod head;
mod lookup;
pub mod notice;
mod outcome;
pub mod owners;
mod pack;
pub mod packs;
mod parse;
mod place;
mod provisions;
mod proxies;
mod quorum;
mod reader;
mod register;
mod roster;
mod sections;
mod sentence;
mod sheet;
mod tally;
mod terms;

pub use calendar::{Calendar, CalendarDay, CalendarError, CalendarMissing, CalendarYear};
pub use code::CodeError;
pub use date::{Date, DateError};
pub use error::TallyError;
pub use finding::{Finding, FindingGroup, Test};
pub use floor::Contradiction;
pub use fraction::{Comparison, Fraction, FractionError, Threshold};
pub use notice::{earliest_start, plus_days};
pub use outcome::{Counts, Listed, Outcome, Problem, Verdict};
pub use owners::{RegisterUnit, UnitBallot, interested, resolve, tally_units};
pub use pack::{RulePack, Rules};
pub use packs::PackError;
pub use parse::KeyProblem;
pub use place::{Place, PlaceError};
pub use provisions::{
    Ask, Cadence, Disclosure, Escalation, GroupRule, MajorityRule, Notice, Objection, ParticipationRule, Provisions,
    Proxies, QuorumRule, Reading, Representation, Seconding, Signing, SpecialMeeting, Title,
};
pub use proxies::Proxy;
pub use quorum::quorum;
pub use roster::{Ballot, Choice, Presence, Standing, Voter, VoterId, Weight};
pub use sentence::Language;
pub use sheet::{Ballots, CountSheet, SheetError};
pub use tally::{tally, tally_by_proxy, tally_secret};
pub use terms::{
    Asker, Base, BodyKind, CadenceUnit, CastingVote, DayUnit, Electorate, MatterClass, Measure, NonResponse,
};
