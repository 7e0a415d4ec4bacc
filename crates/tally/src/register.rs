//! A register while its ballots are gone through.

use crate::count::Entry;
use crate::error::{Faults, TallyError};
use crate::lookup::{Map, Set, map_of};
use crate::outcome::{Listed, Problem};
use crate::owners::{RegisterUnit, UnitBallot};
use crate::pack::Rules;
use crate::proxies::{Delegations, Force, Persons, Proxy};
use crate::roster::{Choice, Standing, VoterId, Weight};

/// One head while its units are gone through.
pub(crate) struct Head<'a> {
    pub id: &'a VoterId,
    pub area: u64,
    units: u32,
    cast: u32,
    choice: Option<Choice>,
    differs: bool,
    disagrees: bool,
    pub present: bool,
    pub represented: bool,
}

impl<'a> Head<'a> {
    fn new(id: &'a VoterId) -> Self {
        Self {
            id,
            area: 0,
            units: 0,
            cast: 0,
            choice: None,
            differs: false,
            disagrees: false,
            present: false,
            represented: false,
        }
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
        self.cast += 1;
        self.differs |= self.choice.is_some_and(|earlier| earlier != choice);
        self.choice = Some(choice);
    }

    fn problems(&self) -> impl Iterator<Item = Problem> {
        let voted = self.vote().is_some();
        let invalid = voted && !self.differs && self.choice == Some(Choice::Invalid);
        let found = [
            (invalid, Problem::InvalidBallot),
            (voted && self.differs, Problem::UnitsDiffer),
            (voted && self.cast < self.units, Problem::UnitsSilent),
        ];
        found.into_iter().filter(|(is, _)| *is).map(|(_, problem)| problem)
    }
}

pub(crate) struct Register<'a> {
    units: &'a [RegisterUnit],
    /// The head of each unit.
    head_of: Vec<usize>,
    /// The place of each head.
    pub index: Map<&'a VoterId, usize>,
    /// In the order in which the register first names them.
    pub heads: Vec<Head<'a>>,
}

impl<'a> Register<'a> {
    pub fn new(units: &'a [RegisterUnit]) -> Result<Self, TallyError> {
        let mut index = map_of(units.len());
        let mut heads: Vec<Head<'_>> = Vec::with_capacity(units.len());
        let mut head_of = Vec::with_capacity(units.len());
        let mut faults = Faults::default();
        for unit in units {
            let i = *index.entry(&unit.head).or_insert_with(|| {
                heads.push(Head::new(&unit.head));
                heads.len() - 1
            });
            head_of.push(i);
            let head = &mut heads[i];
            head.units += 1;
            match head.area.checked_add(unit.area) {
                Some(area) => head.area = area,
                None => faults.note(TallyError::TooMuchWeight),
            }
            if unit.co_owners.is_empty() {
                faults.note(TallyError::OwnerlessUnit { unit: unit.id.clone() });
            }
            if let Some(nominee) = unit
                .nominee
                .as_ref()
                .filter(|nominee| !unit.co_owners.contains(nominee))
            {
                faults.note(TallyError::StrangeNominee {
                    unit: unit.id.clone(),
                    nominee: nominee.clone(),
                });
            }
        }
        faults.end()?;
        Ok(Self {
            units,
            head_of,
            index,
            heads,
        })
    }

    pub fn entries(&self) -> Vec<Entry<'a>> {
        let entry = |head: &Head<'_>| Entry {
            weight: Weight {
                heads: 1,
                area: head.area,
            },
            standing: Standing::Entitled,
            groups: &[],
            present: false,
            represented: false,
            cast: None,
        };
        self.heads.iter().map(entry).collect()
    }

    pub fn delegations<'p>(&mut self, rules: Rules<'_>, proxies: &'p [Proxy]) -> Result<Delegations<'p>, TallyError> {
        if proxies.is_empty() {
            return Ok(Delegations::default());
        }
        let owners = Owners(self.units.iter().flat_map(|unit| &unit.co_owners).collect::<Set<_>>());
        let delegations = Delegations::judge(rules, proxies, &owners)?;
        for (unit, head) in self.units.iter().zip(&self.head_of) {
            let head = &mut self.heads[*head];
            let stands = |owner: &VoterId| delegations.represents(owner);
            // where one is nominated, nobody else's proxy can bring the head to a vote
            head.represented |= !head.present
                && match &unit.nominee {
                    Some(nominee) => stands(nominee),
                    None => unit.co_owners.iter().any(stands),
                };
        }
        Ok(delegations)
    }

    /// Goes through the ballots unit by unit and tells what is to be listed.
    pub fn cast(&mut self, ballots: &[UnitBallot], delegations: &Delegations<'_>) -> Result<Vec<Listed>, TallyError> {
        let mut faults = Faults::default();
        let mut listed = Vec::new();
        let order = self.by_unit(ballots, &mut faults);
        for of_unit in order.chunk_by(|(unit, _), (next, _)| unit == next) {
            let Some((place, _)) = of_unit.first() else { continue };
            let (unit, head) = (&self.units[*place], &mut self.heads[self.head_of[*place]]);
            let (mut counted, mut disagree) = (None, false);
            for (i, ballot) in of_unit.iter().map(|(_, i)| &ballots[*i]).enumerate() {
                let others = || of_unit.iter().map(|(_, i)| &ballots[*i]);
                if others().take(i).any(|earlier| earlier.cast_by == ballot.cast_by) {
                    faults.note(TallyError::DuplicateUnitBallot {
                        unit: unit.id.clone(),
                        cast_by: ballot.cast_by.clone(),
                    });
                }
                let votes_too = |owner: &VoterId| others().any(|other| other.cast_by == *owner);
                match authority(unit, ballot, delegations, votes_too) {
                    Ok(()) => {
                        let earlier = counted.replace(ballot.choice);
                        disagree |= earlier.is_some_and(|other| other != ballot.choice);
                    }
                    Err(Refusal::Listed(problem)) => {
                        let listing = Listed::new(head.id, problem).of_unit(&unit.id);
                        listed.push(listing.cast_by(&ballot.cast_by));
                    }
                    Err(Refusal::Stranger) => faults.note(TallyError::NotAnOwner {
                        unit: unit.id.clone(),
                        cast_by: ballot.cast_by.clone(),
                    }),
                }
            }
            if disagree {
                head.disagrees = true;
                listed.push(Listed::new(head.id, Problem::CoOwnersDisagree).of_unit(&unit.id));
            } else if let Some(choice) = counted {
                head.note(choice);
            }
        }
        faults.end()?;
        for head in &self.heads {
            listed.extend(head.problems().map(|problem| Listed::new(head.id, problem)));
        }
        listed.sort();
        Ok(listed)
    }

    /// The ballots that are for a unit of the register, as places of unit and ballot, unit after unit.
    fn by_unit(&self, ballots: &[UnitBallot], faults: &mut Faults) -> Vec<(usize, usize)> {
        let mut places = map_of(self.units.len());
        for (i, unit) in self.units.iter().enumerate() {
            if places.insert(unit.id.as_str(), i).is_some() {
                faults.note(TallyError::DuplicateUnit { unit: unit.id.clone() });
            }
        }
        let mut order = Vec::with_capacity(ballots.len());
        // exports are mostly in the order of the register, and then nothing needs to be looked up
        let mut expected = 0;
        for (i, ballot) in ballots.iter().enumerate() {
            let guess = self.units.get(expected).filter(|unit| unit.id == ballot.unit);
            let place = guess
                .map(|_| expected)
                .or_else(|| places.get(ballot.unit.as_str()).copied());
            match place {
                Some(place) => {
                    order.push((place, i));
                    expected = place + 1;
                }
                None => faults.note(TallyError::UnknownUnit {
                    unit: ballot.unit.clone(),
                }),
            }
        }
        order.sort_unstable();
        order
    }

    /// In a session a head casts in person or by a proxy.
    pub fn expect_present(&self) -> Result<(), TallyError> {
        let mut faults = Faults::default();
        for head in &self.heads {
            if !head.present && !head.represented && head.vote().is_some() {
                faults.note(TallyError::AbsentVoter { voter: head.id.clone() });
            }
        }
        faults.end()
    }
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

/// The owners of a register, who may give proxies. Those present in a session are known as heads, so whether an owner is
/// there is for those to say who hand in the proxies in force.
struct Owners<'a>(Set<&'a VoterId>);

impl Persons for Owners<'_> {
    fn has_vote(&self, id: &VoterId) -> bool {
        self.0.contains(id)
    }

    fn is_present(&self, _: &VoterId) -> bool {
        false
    }

    fn is_recused(&self, _: &VoterId) -> bool {
        false
    }
}
