use yihe_kernel::{Error, OwnerId, Result, Timestamp, UserId};
use yihe_tally::Date;

use crate::domain::{Vote, local_day};
use crate::names::ChallengeName;
use crate::reasons;

/// A challenge of the result of a vote of owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its name.
    pub name: ChallengeName,
    /// The owner who challenges.
    pub owner: OwnerId,
    /// Who signed in as the owner.
    pub author: UserId,
    /// Why.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
    /// The answer.
    pub answer: Option<ChallengeAnswer>,
}

/// The convener's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeAnswer {
    /// What it says.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// Who answered.
    pub by: UserId,
}

impl Vote {
    /// Refuses a challenge later than a year after the close: until the end of the same day of the next year, by which nobody who
    /// knew of the result on its first day is cut short.
    ///
    /// # Errors
    /// `VOTE_NOT_COUNTED`, `CHALLENGE_OVER`.
    pub fn expect_challengeable(&self, now: Timestamp) -> Result<()> {
        let counted = self.closed_at.filter(|_| self.count.is_some());
        let closed_at = counted.ok_or_else(|| Error::new(&reasons::VOTE_NOT_COUNTED).with("name", &self.name))?;
        let end = local_day::end_of(a_year_after(local_day::day_of(closed_at)?)?)?;
        if now < end {
            return Ok(());
        }
        Err(Error::new(&reasons::CHALLENGE_OVER)
            .with("name", &self.name)
            .with("end", end))
    }
}

/// The same day of the next year; 28 February for a leap day.
fn a_year_after(day: Date) -> Result<Date> {
    let text = day.to_string();
    let (year, rest) = text.split_once('-').unwrap_or_default();
    let year: u32 = year.parse().map_err(Error::internal)?;
    let rest = if rest == "02-29" { "02-28" } else { rest };
    format!("{:04}-{rest}", year + 1).parse().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_ends_on_the_same_day() {
        for (day, later) in [
            ("2026-04-20", "2027-04-20"),
            ("2024-02-29", "2025-02-28"),
            ("2026-12-31", "2027-12-31"),
        ] {
            assert_eq!(a_year_after(day.parse().unwrap()).unwrap().to_string(), later);
        }
    }
}
