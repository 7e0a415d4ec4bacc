use std::collections::BTreeSet;

use yihe_kernel::{CompoundId, Error, OwnerId, Result, UnitId};
use yihe_tally::{Ballots, CountSheet, MatterClass, Presence, RegisterUnit, VoterId, interested};

use super::UnitBallot;
use crate::domain::{AgendaItem, Count, Frozen, Member, OrganizationKind, RosterEntry, counted};
use crate::names::{HeadId, MeetingName};
use crate::reasons;

/// A unit of a register as a notice froze it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterUnit {
    /// Its id in the register.
    pub unit: UnitId,
    /// Building.
    pub building: String,
    /// Number in the building.
    pub number: String,
    /// Exclusive area in 0.01 m².
    pub area: u64,
    /// The head it counts for.
    pub head: HeadId,
    /// Its owners, in order.
    pub owners: Vec<OwnerId>,
    /// Whom its owners nominated to vote.
    pub nominee: Option<OwnerId>,
}

/// The sums of a frozen register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterExtract {
    /// The compound.
    pub compound: CompoundId,
    /// Revision of its register.
    pub revision: i64,
    /// Units.
    pub units: u64,
    /// Heads.
    pub heads: u64,
    /// Area of all units in 0.01 m².
    pub area: u64,
}

/// A register about to be frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// Its sums.
    pub extract: RegisterExtract,
    /// Its units.
    pub units: Vec<RosterUnit>,
}

impl Register {
    /// Of a compound at one revision.
    ///
    /// # Errors
    /// `ROSTER_EMPTY` where there is nobody to vote; `INTERNAL` where the areas exceed all that can be counted.
    pub fn new(meeting: &MeetingName, compound: CompoundId, revision: i64, units: Vec<RosterUnit>) -> Result<Self> {
        if units.is_empty() {
            return Err(Error::new(&reasons::ROSTER_EMPTY).with("name", meeting));
        }
        let area = units.iter().try_fold(0_u64, |sum, unit| sum.checked_add(unit.area));
        let area = area.ok_or_else(|| Error::internal("the areas of a register exceed 64 bits"))?;
        let heads: BTreeSet<_> = units.iter().map(|unit| unit.head).collect();
        let extract = RegisterExtract {
            compound,
            revision,
            units: wide(units.len()),
            heads: wide(heads.len()),
            area,
        };
        Ok(Self { extract, units })
    }

    /// Who is served: every owner once. What votes are worth is in the units.
    #[must_use]
    pub fn roster(&self) -> Vec<RosterEntry> {
        let owners: BTreeSet<_> = self.units.iter().flat_map(|unit| unit.owners.iter().copied()).collect();
        let compound = self.extract.compound;
        let entry = |owner| RosterEntry {
            member: Member::Owner { compound, owner },
            kind: OrganizationKind::Unspecified,
            display_name: String::new(),
            group: String::new(),
            heads: 0,
            acknowledged_at: None,
        };
        owners.into_iter().map(entry).collect()
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl From<&RosterUnit> for RegisterUnit {
    fn from(unit: &RosterUnit) -> Self {
        Self {
            id: unit.unit.to_string(),
            building: unit.building.clone(),
            area: unit.area,
            head: VoterId::from(unit.head.to_string()),
            co_owners: unit.owners.iter().map(|owner| voter(*owner)).collect(),
            nominee: unit.nominee.map(voter),
        }
    }
}

fn voter(owner: OwnerId) -> VoterId {
    VoterId::from(owner.to_string())
}

/// The units that a vote on an item is put to: all, or where the use of a home is to change, those of the interested owners.
#[must_use]
pub fn electorate(units: Vec<RosterUnit>, item: &AgendaItem) -> Vec<RosterUnit> {
    if item.matter_class != MatterClass::OwnersChangeOfUse {
        return units;
    }
    let register: Vec<_> = units.iter().map(RegisterUnit::from).collect();
    let concerned: BTreeSet<_> = interested(&register, &item.building)
        .into_iter()
        .map(|unit| unit.id)
        .collect();
    units
        .into_iter()
        .filter(|unit| concerned.contains(&unit.unit.to_string()))
        .collect()
}

/// The count sheet of a vote by units: owners, heads and units by id alone.
#[must_use]
pub fn unit_sheet(
    frozen: &Frozen,
    matter_class: MatterClass,
    units: &[RosterUnit],
    ballots: &[UnitBallot],
) -> CountSheet {
    let cast = ballots.iter().filter_map(|ballot| {
        let choice = counted(ballot.choice)?;
        Some(yihe_tally::UnitBallot::new(
            ballot.unit.to_string(),
            voter(ballot.owner),
            choice,
        ))
    });
    CountSheet {
        pack: frozen.pack.text().to_owned(),
        pack_hash: frozen.pack.hash().to_owned(),
        matter_class,
        roster: Vec::new(),
        presence: Presence::Written,
        ballots: Ballots::Units {
            units: units.iter().map(RegisterUnit::from).collect(),
            ballots: cast.collect(),
        },
        proxies: Vec::new(),
        casting_vote: None,
    }
}

/// Counts a vote by units, from nothing but what was frozen and what was cast.
///
/// # Errors
/// `INTERNAL` where stored data contradict one another.
pub fn count_units(
    frozen: &Frozen,
    matter_class: MatterClass,
    units: &[RosterUnit],
    ballots: &[UnitBallot],
) -> Result<Count> {
    Count::of(&unit_sheet(frozen, matter_class, units, ballots))
}
