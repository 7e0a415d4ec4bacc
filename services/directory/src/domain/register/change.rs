use std::collections::{BTreeSet, HashMap, HashSet};

use sha2::{Digest, Sha256};
use uuid::Uuid;
use yihe_kernel::{CompoundId, OwnerId, UnitId, UserId};
use yihe_proto::directory::v1::{AreaBasis, OwnerType, UnitStanding};

use crate::domain::register::fault::Fault;
use crate::domain::register::matching::{self, Match};
use crate::domain::register::spelling;
use crate::domain::register::{Draft, DraftOwner, DraftUnit, Share};

/// A unit of the present revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUnit {
    /// Its id.
    pub id: UnitId,
    /// Building.
    pub building: String,
    /// Number in the building.
    pub number: String,
    /// Area in 0.01 m².
    pub area: i64,
    /// What the area is taken from.
    pub area_basis: AreaBasis,
    /// Whether it has left the developer's hands.
    pub standing: UnitStanding,
    /// Its owners, by id.
    pub shares: Vec<Share<OwnerId>>,
    /// The head it counts for.
    pub head: Uuid,
    /// Who is nominated to vote.
    pub nominee: Option<OwnerId>,
}

/// An owner of the present revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentOwner {
    /// Its id.
    pub id: OwnerId,
    /// What it is.
    pub owner_type: OwnerType,
    /// Name; absent when erased.
    pub name: Option<String>,
    /// The clerk's key.
    pub key: Option<String>,
    /// Keyed hash of the ID number.
    pub id_hash: Option<Vec<u8>>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Who signs in as the owner.
    pub user: Option<UserId>,
}

/// The present revision; empty before the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Current {
    /// Its number; 0 before the first.
    pub revision: i64,
    /// Units.
    pub units: Vec<CurrentUnit>,
    /// Owners.
    pub owners: Vec<CurrentOwner>,
}

/// Ids for what is new; as many as the draft could need.
#[derive(Debug, Clone)]
pub struct NewIds {
    /// For owners.
    pub owners: Vec<OwnerId>,
    /// For units.
    pub units: Vec<UnitId>,
}

/// What becomes of something when a revision is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It tells something else than before.
    Changed,
    /// It stays.
    Kept,
}

/// An owner of the revision to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedOwner {
    /// Its id.
    pub id: OwnerId,
    /// What becomes of it.
    pub fate: Fate,
    /// What the file tells of it.
    pub draft: DraftOwner,
}

/// A unit of the revision to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedUnit {
    /// What becomes of it.
    pub fate: Fate,
    /// What it is from then on.
    pub unit: CurrentUnit,
}

/// What a draft changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Number of the revision to be made.
    pub revision: i64,
    /// Owners of it.
    pub owners: Vec<PlannedOwner>,
    /// Units of it.
    pub units: Vec<PlannedUnit>,
    /// Owners that it has no longer.
    pub dropped_owners: Vec<CurrentOwner>,
    /// Units that it has no longer.
    pub dropped_units: Vec<UnitId>,
}

impl Change {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.dropped_owners.is_empty()
            && self.dropped_units.is_empty()
            && self.owners.iter().all(|owner| owner.fate == Fate::Kept)
            && self.units.iter().all(|unit| unit.fate == Fate::Kept)
    }

    /// Units with a fate.
    #[must_use]
    pub fn units_that(&self, fate: Fate) -> usize {
        self.units.iter().filter(|unit| unit.fate == fate).count()
    }

    /// Different sets of owners.
    #[must_use]
    pub fn heads(&self) -> usize {
        self.units
            .iter()
            .map(|planned| planned.unit.head)
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Buildings.
    #[must_use]
    pub fn buildings(&self) -> usize {
        let buildings = self
            .units
            .iter()
            .map(|planned| spelling::of_place(&planned.unit.building));
        buildings.collect::<BTreeSet<_>>().len()
    }

    /// Area of all units in 0.01 m².
    #[must_use]
    pub fn area(&self) -> i64 {
        self.units.iter().map(|planned| planned.unit.area).sum()
    }
}

/// What a draft changes in the present revision.
///
/// # Errors
/// Keys that belonged to somebody else.
pub fn plan(compound: CompoundId, draft: &Draft, current: &Current, ids: &NewIds) -> Result<Change, Vec<Fault>> {
    let matches = matching::owners(draft, current)?;
    let mut fresh = ids.owners.iter().copied();
    let mut owners = Vec::with_capacity(draft.owners.len());
    for (drafted, found) in draft.owners.iter().zip(&matches) {
        let (id, fate) = match found {
            Match::New => (fresh.next().unwrap_or_else(|| OwnerId::from(Uuid::nil())), Fate::Added),
            Match::Known(known) if tells_the_same(drafted, known) => (known.id, Fate::Kept),
            Match::Known(known) => (known.id, Fate::Changed),
        };
        let draft = drafted.clone();
        owners.push(PlannedOwner { id, fate, draft });
    }
    let kept: HashSet<OwnerId> = owners.iter().map(|owner| owner.id).collect();
    let dropped_owners = current.owners.iter().filter(|owner| !kept.contains(&owner.id));
    let before: HashMap<_, _> = current
        .units
        .iter()
        .map(|unit| (place(&unit.building, &unit.number), unit))
        .collect();
    let mut fresh = ids.units.iter().copied();
    let mut units = Vec::with_capacity(draft.units.len());
    for drafted in &draft.units {
        let known = before.get(&place(&drafted.building, &drafted.number)).copied();
        let id = known.map(|unit| unit.id).or_else(|| fresh.next());
        let id = id.unwrap_or_else(|| UnitId::from(Uuid::nil()));
        units.push(planned(compound, id, drafted, &owners, draft.tells_nominees, known));
    }
    let kept: HashSet<UnitId> = units.iter().map(|planned| planned.unit.id).collect();
    let dropped_units = current.units.iter().map(|unit| unit.id).filter(|id| !kept.contains(id));
    Ok(Change {
        revision: current.revision + 1,
        dropped_owners: dropped_owners.cloned().collect(),
        dropped_units: dropped_units.collect(),
        owners,
        units,
    })
}

/// What a unit is found again by.
pub fn place(building: &str, number: &str) -> (String, String) {
    (spelling::of_place(building), spelling::of_place(number))
}

fn tells_the_same(draft: &DraftOwner, known: &CurrentOwner) -> bool {
    known.name.as_ref() == Some(&draft.name)
        && known.owner_type == draft.owner_type
        && known.key == draft.key
        && known.phone == draft.phone
        && (draft.id_hash.is_none() || known.id_hash == draft.id_hash)
}

fn planned(
    compound: CompoundId,
    id: UnitId,
    draft: &DraftUnit,
    owners: &[PlannedOwner],
    tells_nominees: bool,
    known: Option<&CurrentUnit>,
) -> PlannedUnit {
    let mut shares: Vec<_> = draft
        .shares
        .iter()
        .map(|share| Share {
            owner: owners[share.owner].id,
            numerator: share.numerator,
            denominator: share.denominator,
        })
        .collect();
    shares.sort();
    let nominee = if tells_nominees {
        draft.nominee.map(|place| owners[place].id)
    } else {
        let nominee = known.and_then(|unit| unit.nominee);
        nominee.filter(|nominee| shares.iter().any(|share| share.owner == *nominee))
    };
    let unit = CurrentUnit {
        id,
        building: draft.building.clone(),
        number: draft.number.clone(),
        area: draft.area,
        area_basis: draft.area_basis,
        standing: draft.standing,
        head: head(compound, shares.iter().map(|share| share.owner)),
        shares,
        nominee,
    };
    let fate = match known {
        None => Fate::Added,
        Some(known) if *known == unit => Fate::Kept,
        Some(_) => Fate::Changed,
    };
    PlannedUnit { fate, unit }
}

/// The head of a set of owners, in the order of their ids: the same set has the same head, in every revision.
fn head(compound: CompoundId, owners: impl Iterator<Item = OwnerId>) -> Uuid {
    let mut hash = Sha256::new()
        .chain_update("yihe head\0")
        .chain_update(compound.uuid().as_bytes());
    for owner in owners {
        hash.update(owner.uuid().as_bytes());
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
