//! One head of a register, and what the ballots for its units come to.

use crate::error::{Faults, TallyError};
use crate::outcome::{Listed, Problem};
use crate::owners::{RegisterUnit, UnitBallot};
use crate::proxies::{Delegations, Force};
use crate::roster::{Choice, VoterId};

/// One head while its units are gone through.
pub(crate) struct Head<'a> {
    pub id: &'a VoterId,
    pub area: u64,
    units: u32,
    /// Units that something counts for.
    heard: u32,
    choice: Option<Choice>,
    differs: bool,
    disagrees: bool,
    pub present: bool,
    pub represented: bool,
}

impl<'a> Head<'a> {
    pub fn new(id: &'a VoterId) -> Self {
        Self {
            id,
            area: 0,
            units: 0,
            heard: 0,
            choice: None,
            differs: false,
            disagrees: false,
            present: false,
            represented: false,
        }
    }

    /// Adds one of its units; `None` where the areas come to more than can be counted.
    pub fn add(&mut self, unit: &RegisterUnit) -> Option<()> {
        self.units += 1;
        self.area = self.area.checked_add(unit.area)?;
        Some(())
    }

    pub fn vote(&self) -> Option<Choice> {
        if self.disagrees {
            return None;
        }
        if self.differs {
            Some(Choice::Invalid)
        } else {
            self.choice
        }
    }

    fn note(&mut self, choice: Choice) {
        self.heard += 1;
        self.differs |= self.choice.is_some_and(|earlier| earlier != choice);
        self.choice = Some(choice);
    }

    pub fn forget_ballots(&mut self) {
        (self.heard, self.choice) = (0, None);
        (self.differs, self.disagrees) = (false, false);
    }

    /// Notes what was cast for one of its units.
    pub fn cast(
        &mut self,
        unit: &RegisterUnit,
        ballots: &[&UnitBallot],
        delegations: &Delegations<'_>,
        Findings { faults, listed }: &mut Findings,
    ) {
        let (mut counted, mut disagree) = (None, false);
        for (i, ballot) in ballots.iter().enumerate() {
            if ballots.iter().take(i).any(|earlier| earlier.cast_by == ballot.cast_by) {
                faults.note(TallyError::DuplicateUnitBallot {
                    unit: unit.id.clone(),
                    cast_by: ballot.cast_by.clone(),
                });
            }
            let votes_too = |owner: &VoterId| ballots.iter().any(|other| other.cast_by == *owner);
            match authority(unit, ballot, delegations, votes_too) {
                Ok(()) => {
                    let earlier = counted.replace(ballot.choice);
                    disagree |= earlier.is_some_and(|other| other != ballot.choice);
                }
                Err(Refusal::Listed(problem)) => {
                    let listing = Listed::new(self.id, problem).of_unit(&unit.id);
                    listed.push(listing.cast_by(&ballot.cast_by));
                }
                Err(Refusal::Stranger) => faults.note(TallyError::NotAnOwner {
                    unit: unit.id.clone(),
                    cast_by: ballot.cast_by.clone(),
                }),
            }
        }
        if disagree {
            self.disagrees = true;
            listed.push(Listed::new(self.id, Problem::CoOwnersDisagree).of_unit(&unit.id));
        } else if let Some(choice) = counted {
            self.note(choice);
        }
    }

    pub fn problems(&self) -> impl Iterator<Item = Problem> {
        let voted = self.vote().is_some();
        let invalid = voted && !self.differs && self.choice == Some(Choice::Invalid);
        let found = [
            (invalid, Problem::InvalidBallot),
            (voted && self.differs, Problem::UnitsDiffer),
            (voted && self.heard < self.units, Problem::UnitsSilent),
        ];
        found.into_iter().filter(|(is, _)| *is).map(|(_, problem)| problem)
    }
}

/// What going through the ballots brings to light.
#[derive(Default)]
pub(crate) struct Findings {
    pub faults: Faults,
    pub listed: Vec<Listed>,
}

/// Why a ballot is not counted for its unit.
enum Refusal {
    Listed(Problem),
    Stranger,
}

/// Whether a ballot speaks for its unit: cast by an owner or by the proxy of one, and where the owners nominated one of
/// them, for that one. `votes_too` says who cast a ballot for the unit in person, which makes void a proxy they gave.
fn authority(
    unit: &RegisterUnit,
    ballot: &UnitBallot,
    delegations: &Delegations<'_>,
    votes_too: impl Fn(&VoterId) -> bool,
) -> Result<(), Refusal> {
    let mut refusal = Refusal::Stranger;
    for owner in &unit.co_owners {
        let force = if *owner == ballot.cast_by {
            Force::Good
        } else {
            match delegations.force(owner, &ballot.cast_by) {
                Force::Good if votes_too(owner) => Force::Barred(Problem::ProxyVoid),
                force => force,
            }
        };
        let nominated = unit.nominee.as_ref().is_none_or(|nominee| nominee == owner);
        let problem = match force {
            Force::Absent => continue,
            Force::Good if nominated => return Ok(()),
            Force::Barred(problem) if nominated => problem,
            Force::Good | Force::Barred(_) => Problem::NotNominated,
        };
        refusal = match refusal {
            // whatever the order of the owners
            Refusal::Listed(other) => Refusal::Listed(other.max(problem)),
            Refusal::Stranger => Refusal::Listed(problem),
        };
    }
    Err(refusal)
}
