//! What is there afterwards, as the interfaces tell it.

use std::collections::BTreeMap;

use super::journal::Choice;

#[derive(Debug, Clone, Default)]
pub struct Account {
    pub balance: i64,
    pub postings: Vec<Posting>,
}

#[derive(Debug, Clone)]
pub struct Posting {
    pub transfer: String,
    /// The key of what was asked for.
    pub memo: String,
    pub amount: i64,
}

#[derive(Debug, Clone)]
pub struct Booking {
    pub name: String,
    pub hall: String,
    /// The key of what was asked for.
    pub purpose: String,
    /// Half open, in seconds.
    pub from: i64,
    pub until: i64,
    pub quantity: i64,
    /// Whether it takes capacity.
    pub takes: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Vote {
    pub ballots: Vec<(String, Choice)>,
    pub tally: Option<Tally>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub yes: i64,
    pub no: i64,
    pub abstain: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub accounts: BTreeMap<String, Account>,
    /// What stands in all accounts of a unit.
    pub trial: Vec<(String, i64)>,
    pub capacities: BTreeMap<String, i64>,
    pub bookings: Vec<Booking>,
    pub votes: BTreeMap<String, Vote>,
    /// Revisions of the rules with their changes, the first one first.
    pub revisions: Vec<(u64, String)>,
}
