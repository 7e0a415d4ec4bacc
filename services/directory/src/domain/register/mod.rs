//! The owners' register: a file read and checked, and what it changes. Nothing is guessed: what is not clear is a fault.

mod area;
mod cell;
mod change;
mod column;
mod fault;
mod matching;
mod owners;
mod revision;
mod sheet;
mod spelling;
mod units;

pub use change::{Change, Current, CurrentOwner, CurrentUnit, Fate, NewIds, PlannedOwner, plan};
pub use fault::{Fault, MOST_FAULTS};
pub use owners::DraftOwner;
pub use revision::Revision;
pub use units::{DraftUnit, Share};

use crate::domain::register::owners::Owners;
use crate::domain::register::units::Units;

/// A register as a file tells it, without any fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Owners in the order they first stand in the file.
    pub owners: Vec<DraftOwner>,
    /// Units in the order of the file; their shares point into `owners`.
    pub units: Vec<DraftUnit>,
    /// Whether the file says who is nominated; otherwise nominations stay as they are.
    pub tells_nominees: bool,
}

/// Reads a file. `hash` is the keyed hash of an ID number, the only thing kept of it.
///
/// # Errors
/// Everything that is wrong, by line.
pub fn read(content: &[u8], hash: &dyn Fn(&str) -> Vec<u8>) -> Result<Draft, Vec<Fault>> {
    let sheet = sheet::read(content)?;
    let mut faults = Vec::new();
    let mut owners = Owners::default();
    let mut units = Units::default();
    for row in &sheet.rows {
        let read = cell::row(row, &sheet, &mut faults);
        let owner = read.owner.map(|owner| owners.take(row.line, owner, hash, &mut faults));
        units.take(row.line, read.unit, owner, &mut faults);
    }
    let owners = owners.finish(&mut faults);
    let units = units.finish(&owners, &mut faults);
    if faults.is_empty() {
        let tells_nominees = sheet.has(column::Column::Nominee);
        return Ok(Draft {
            owners,
            units,
            tells_nominees,
        });
    }
    faults.sort_by_key(|fault| (fault.line, fault.column));
    faults.truncate(MOST_FAULTS);
    Err(faults)
}

#[cfg(test)]
mod tests;
