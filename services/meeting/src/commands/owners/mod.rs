//! Votes of owners in writing.

pub mod answer;
pub mod cast;
pub mod challenge;
pub mod close;
pub mod correct;
pub mod open;
pub mod paper;
pub mod read;
mod voter;

pub use voter::{own_ballots, voter};
