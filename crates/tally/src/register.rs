//! A register while its ballots are gone through.

use crate::count::Entry;
use crate::error::{Faults, TallyError};
use crate::head::{Findings, Head};
use crate::lookup::{Fingerprints, Map, Set, map_of};
use crate::outcome::Listed;
use crate::owners::{RegisterUnit, UnitBallot};
use crate::pack::Rules;
use crate::proxies::{Delegations, Persons, Proxy};
use crate::roster::{Standing, VoterId, Weight};

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
        let mut prints = Fingerprints::with_capacity(units.len());
        for unit in units {
            prints.add(&unit.id);
            let i = *index.entry(&unit.head).or_insert_with(|| {
                heads.push(Head::new(&unit.head));
                heads.len() - 1
            });
            head_of.push(i);
            if heads[i].add(unit).is_none() {
                faults.note(TallyError::TooMuchWeight);
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
        if prints.have_twins() {
            let mut seen = Set::default();
            for unit in units.iter().filter(|unit| !seen.insert(unit.id.as_str())) {
                faults.note(TallyError::DuplicateUnit { unit: unit.id.clone() });
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
        let mut findings = Findings::default();
        let given: Vec<_> = ballots.iter().collect();
        // exports are in the order of the register, and then nothing has to be looked up
        if !self.walk(&given, delegations, &mut findings) {
            findings = Findings::default();
            for head in &mut self.heads {
                head.forget_ballots();
            }
            self.walk(&self.in_order(ballots)?, delegations, &mut findings);
        }
        let Findings { faults, mut listed } = findings;
        faults.end()?;
        for head in &self.heads {
            listed.extend(head.problems().map(|problem| Listed::new(head.id, problem)));
        }
        listed.sort();
        Ok(listed)
    }

    /// Notes ballots that come in the order of the register; `false` where they do not.
    fn walk(&mut self, ballots: &[&UnitBallot], delegations: &Delegations<'_>, findings: &mut Findings) -> bool {
        let mut rest = ballots;
        for (unit, head) in self.units.iter().zip(&self.head_of) {
            let cast = rest.iter().take_while(|ballot| ballot.unit == unit.id).count();
            let (of_unit, later) = rest.split_at(cast);
            rest = later;
            if cast > 0 {
                self.heads[*head].cast(unit, of_unit, delegations, findings);
            }
        }
        rest.is_empty()
    }

    /// The ballots unit after unit, as the register has them.
    fn in_order<'b>(&self, ballots: &'b [UnitBallot]) -> Result<Vec<&'b UnitBallot>, TallyError> {
        let mut places = map_of(self.units.len());
        places.extend(
            self.units
                .iter()
                .zip(0..)
                .map(|(unit, place)| (unit.id.as_str(), place)),
        );
        let mut faults = Faults::default();
        let mut order = Vec::with_capacity(ballots.len());
        for ballot in ballots {
            match places.get(ballot.unit.as_str()) {
                Some(place) => order.push((*place, ballot)),
                None => faults.note(TallyError::UnknownUnit {
                    unit: ballot.unit.clone(),
                }),
            }
        }
        faults.end()?;
        order.sort_by_key(|(place, _): &(usize, _)| *place);
        Ok(order.into_iter().map(|(_, ballot)| ballot).collect())
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
