use std::collections::{HashMap, HashSet};

use yihe_kernel::OwnerId;
use yihe_proto::directory::v1::RegisterFaultKind as Kind;

use crate::domain::register::change::{Current, CurrentOwner, place};
use crate::domain::register::column::Column;
use crate::domain::register::fault::{Fault, MOST_FAULTS};
use crate::domain::register::spelling;
use crate::domain::register::{Draft, DraftOwner};

/// Whether an owner of the file stood in the present revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match<'a> {
    /// It did not.
    New,
    /// It did.
    Known(&'a CurrentOwner),
}

/// Finds the owners of a file again: by key, by ID number, by name and telephone number, and by the bare name where nobody
/// else has it and it still owns one of its units. Whoever is not found again is somebody new.
///
/// # Errors
/// Keys that belonged to somebody of another name.
pub fn owners<'a>(draft: &Draft, current: &'a Current) -> Result<Vec<Match<'a>>, Vec<Fault>> {
    let known = Known::new(current);
    let units = units_of(draft);
    let lone = lone_names(draft);
    let mut taken = HashSet::new();
    let mut faults = Vec::new();
    let mut matches = Vec::with_capacity(draft.owners.len());
    for (index, owner) in draft.owners.iter().enumerate() {
        let by_key = owner.key.as_deref().and_then(|key| known.by_key.get(key)).copied();
        if let Some(before) = by_key.filter(|before| is_another(owner, before)) {
            faults.push(key_reused(owner, before));
        }
        let found = by_key
            .or_else(|| known.by_id.get(owner.id_hash.as_deref()?).copied())
            .or_else(|| {
                known
                    .by_phone
                    .get(&by_phone(&owner.name, owner.phone.as_deref()?))
                    .copied()
            })
            .or_else(|| {
                let before = known.by_name.get(owner.name.as_str()).copied().flatten()?;
                let shared = known.units.get(&before.id)?.intersection(units.get(&index)?).next();
                (lone.contains(owner.name.as_str()) && shared.is_some()).then_some(before)
            });
        let found = found
            .filter(|before| by_key.is_some() || !keys_differ(owner, before))
            .filter(|before| taken.insert(before.id));
        matches.push(found.map_or(Match::New, Match::Known));
    }
    if faults.is_empty() {
        return Ok(matches);
    }
    faults.truncate(MOST_FAULTS);
    Err(faults)
}

type Places = HashSet<(String, String)>;

struct Known<'a> {
    by_key: HashMap<&'a str, &'a CurrentOwner>,
    by_id: HashMap<&'a [u8], &'a CurrentOwner>,
    by_phone: HashMap<(String, String), &'a CurrentOwner>,
    /// `None` for a name that several have.
    by_name: HashMap<&'a str, Option<&'a CurrentOwner>>,
    units: HashMap<OwnerId, Places>,
}

impl<'a> Known<'a> {
    fn new(current: &'a Current) -> Self {
        let mut known = Self {
            by_key: HashMap::new(),
            by_id: HashMap::new(),
            by_phone: HashMap::new(),
            by_name: HashMap::new(),
            units: HashMap::new(),
        };
        for owner in &current.owners {
            if let Some(key) = &owner.key {
                known.by_key.insert(key, owner);
            }
            if let Some(id) = &owner.id_hash {
                known.by_id.insert(id, owner);
            }
            if let Some((name, phone)) = owner.name.as_ref().zip(owner.phone.as_deref()) {
                known.by_phone.insert(by_phone(name, phone), owner);
            }
            if let Some(name) = &owner.name {
                let several = known.by_name.contains_key(name.as_str());
                known.by_name.insert(name, (!several).then_some(owner));
            }
        }
        for unit in &current.units {
            for share in &unit.shares {
                let place = place(&unit.building, &unit.number);
                known.units.entry(share.owner).or_default().insert(place);
            }
        }
        known
    }
}

fn by_phone(name: &str, phone: &str) -> (String, String) {
    (name.to_owned(), spelling::of_phone(phone))
}

fn units_of(draft: &Draft) -> HashMap<usize, Places> {
    let mut units: HashMap<usize, Places> = HashMap::new();
    for unit in &draft.units {
        for share in &unit.shares {
            let place = place(&unit.building, &unit.number);
            units.entry(share.owner).or_default().insert(place);
        }
    }
    units
}

/// Names that one owner of the file has alone.
fn lone_names(draft: &Draft) -> HashSet<&str> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for owner in &draft.owners {
        *counts.entry(&owner.name).or_default() += 1;
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count == 1)
        .map(|(name, _)| name)
        .collect()
}

fn keys_differ(owner: &DraftOwner, before: &CurrentOwner) -> bool {
    owner
        .key
        .as_ref()
        .zip(before.key.as_ref())
        .is_some_and(|(one, other)| one != other)
}

/// Whether a key now names somebody else: another name, and no ID number that says it is the same person.
fn is_another(owner: &DraftOwner, before: &CurrentOwner) -> bool {
    let same_id = owner.id_hash.is_some() && owner.id_hash == before.id_hash;
    let name = before.name.as_deref();
    !same_id && name.is_some_and(|name| spelling::of_name(name) != spelling::of_name(&owner.name))
}

fn key_reused(owner: &DraftOwner, before: &CurrentOwner) -> Fault {
    let key = owner.key.as_deref().unwrap_or_default();
    let name = before.name.as_deref().unwrap_or_default();
    Fault::new(
        Kind::KeyReused,
        owner.line,
        Column::OwnerKey,
        format!("`{key}` is the key of {name} in the present register; somebody new needs a new key"),
        format!("“{key}”在现行名册中是{name}的编号;新业主须用新的编号"),
    )
}
