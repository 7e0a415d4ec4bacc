use std::collections::{BTreeMap, BTreeSet};

use yihe_kernel::{Error, FileName, OwnerId, Result, Timestamp, UnitId, UserId};

use super::RosterUnit;
use crate::domain::Choice;
use crate::names::{HeadId, VoteName};
use crate::reasons;

/// The ballot of one owner for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitBallot {
    /// The unit.
    pub unit: UnitId,
    /// The head it counts for.
    pub head: HeadId,
    /// Whose ballot.
    pub owner: OwnerId,
    /// What it says now.
    pub choice: Choice,
    /// When it was cast or recorded.
    pub cast_at: Timestamp,
    /// Who cast it, or recorded it from paper.
    pub cast_by: UserId,
    /// Whether it was recorded from paper.
    pub recorded: bool,
    /// What shows a ballot on paper.
    pub evidence: Option<FileName>,
    /// What it said before its last correction, and when that was.
    pub corrected: Option<(Choice, Timestamp)>,
}

/// The units by which a person votes: those of the owners that it is.
#[derive(Debug)]
pub struct OwnUnits<'a> {
    vote: &'a VoteName,
    user: UserId,
    units: Vec<(&'a RosterUnit, OwnerId)>,
}

impl<'a> OwnUnits<'a> {
    /// Of a person who is these owners, among the units that a vote is put to.
    ///
    /// # Errors
    /// `NOT_AN_OWNER` where there is none.
    pub fn of(vote: &'a VoteName, units: &'a [RosterUnit], (user, owners): (UserId, &[OwnerId])) -> Result<Self> {
        let mine = units.iter().filter_map(|unit| {
            let owner = unit.owners.iter().find(|owner| owners.contains(owner))?;
            Some((unit, *owner))
        });
        let units: Vec<_> = mine.collect();
        if units.is_empty() {
            return Err(Error::new(&reasons::NOT_AN_OWNER).with("name", vote));
        }
        Ok(Self { vote, user, units })
    }

    /// The units that were named and are not among these.
    #[must_use]
    pub fn others(&self, wanted: &[UnitId]) -> Vec<UnitId> {
        let mine: BTreeSet<_> = self.units.iter().map(|(unit, _)| unit.unit).collect();
        wanted.iter().copied().filter(|unit| !mine.contains(unit)).collect()
    }

    /// Those named, or all where none is.
    #[must_use]
    pub fn only(mut self, wanted: &[UnitId]) -> Self {
        if !wanted.is_empty() {
            self.units.retain(|(unit, _)| wanted.contains(&unit.unit));
        }
        self
    }

    /// Ballots for them, each owner once for each unit.
    ///
    /// # Errors
    /// `UNIT_ALREADY_VOTED` naming the units.
    pub fn cast(&self, choice: Choice, given: &[UnitBallot], now: Timestamp) -> Result<Vec<UnitBallot>> {
        let before = |unit: &RosterUnit, owner: OwnerId| {
            given
                .iter()
                .any(|ballot| ballot.unit == unit.unit && ballot.owner == owner)
        };
        let voted: Vec<_> = self.units.iter().filter(|(unit, owner)| before(unit, *owner)).collect();
        if !voted.is_empty() {
            let units: Vec<_> = voted.iter().map(|(unit, _)| unit.label()).collect();
            return Err(Error::new(&reasons::UNIT_ALREADY_VOTED)
                .with("name", self.vote)
                .with("units", units.join(", ")));
        }
        let ballot = |(unit, owner): &(&RosterUnit, OwnerId)| UnitBallot {
            unit: unit.unit,
            head: unit.head,
            owner: *owner,
            choice,
            cast_at: now,
            cast_by: self.user,
            recorded: false,
            evidence: None,
            corrected: None,
        };
        Ok(self.units.iter().map(ballot).collect())
    }

    /// One's own ballots as corrected: those for heads whose ballots differ, and only those that say something else.
    ///
    /// # Errors
    /// `UNIT_BALLOTS_AGREE` where nothing is to be corrected.
    pub fn correct(&self, choice: Choice, given: &[UnitBallot], now: Timestamp) -> Result<Vec<UnitBallot>> {
        let mut said: BTreeMap<HeadId, BTreeSet<&str>> = BTreeMap::new();
        for ballot in given {
            said.entry(ballot.head).or_default().insert(ballot.choice.code());
        }
        let differ = |head: HeadId| said.get(&head).is_some_and(|choices| choices.len() > 1);
        let mine = |ballot: &&UnitBallot| {
            self.units
                .iter()
                .any(|(unit, owner)| unit.unit == ballot.unit && *owner == ballot.owner)
        };
        let wrong = given
            .iter()
            .filter(mine)
            .filter(|ballot| differ(ballot.head) && ballot.choice != choice);
        let corrected: Vec<_> = wrong
            .map(|ballot| UnitBallot {
                choice,
                corrected: Some((ballot.choice, now)),
                ..ballot.clone()
            })
            .collect();
        if corrected.is_empty() {
            return Err(Error::new(&reasons::UNIT_BALLOTS_AGREE).with("name", self.vote));
        }
        Ok(corrected)
    }
}

impl RosterUnit {
    /// Building and number, as people call it.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.building, self.number)
    }
}
