//! Votes of owners: the frozen register, the ballots for its units, and the challenges of results.

mod ballot;
mod challenge;
mod register;

pub use ballot::{correct, insert_ballots, list, of_units, of_vote, turnout};
pub use challenge::{answer, challenge, challenges, insert_challenge};
pub use register::{extract, freeze, units, units_named, units_of};

use yihe_store::Failure;

use super::row;

fn wide(column: &'static str, number: i64) -> Result<u64, Failure> {
    u64::try_from(number).map_err(|_| row::broken(column, "a negative number"))
}

fn narrow(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
