use yihe_kernel::Timestamp;

use crate::domain::register::{Change, Fate};

/// A revision of a register and what it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub creator: String,
    /// Digest of the imported file; absent for a nomination.
    pub sha256: Option<Vec<u8>>,
    /// Units.
    pub units: i64,
    /// Buildings.
    pub buildings: i64,
    /// Owners.
    pub owners: i64,
    /// Heads.
    pub heads: i64,
    /// Area in 0.01 m².
    pub area: i64,
    /// Units that are new.
    pub units_added: i64,
    /// Units that tell something else than before.
    pub units_changed: i64,
    /// Units that are there no longer.
    pub units_dropped: i64,
    /// Owners that are there no longer.
    pub owners_dropped: i64,
}

impl Revision {
    /// The revision that an import makes.
    #[must_use]
    pub fn of_import(change: &Change, sha256: Vec<u8>, creator: String, now: Timestamp) -> Self {
        Self {
            revision: change.revision,
            created_at: now,
            creator,
            sha256: Some(sha256),
            units: count(change.units.len()),
            buildings: count(change.buildings()),
            owners: count(change.owners.len()),
            heads: count(change.heads()),
            area: change.area(),
            units_added: count(change.units_that(Fate::Added)),
            units_changed: count(change.units_that(Fate::Changed)),
            units_dropped: count(change.dropped_units.len()),
            owners_dropped: count(change.dropped_owners.len()),
        }
    }

    /// The revision that follows by one unit's nomination.
    #[must_use]
    pub fn of_nomination(self, creator: String, now: Timestamp) -> Self {
        Self {
            revision: self.revision + 1,
            created_at: now,
            creator,
            sha256: None,
            units_added: 0,
            units_changed: 1,
            units_dropped: 0,
            owners_dropped: 0,
            ..self
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
