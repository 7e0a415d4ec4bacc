//! Votes of owners by the units of a register (业主大会): from ballots for units to one vote of each head.
//!
//! A **head** is a set of owners: all units with the same owners are one head with all their area, and so are the
//! developer's unsold or undelivered ones. The readings, defaults of this platform where the law leaves it open:
//!
//! - A unit with several owners has one ballot: that of the one they nominated. Where they nominated nobody, the ballots
//!   they cast count as one if they agree; if they differ, the head is not counted and is listed.
//! - The ballot of a head speaks for all its units. Where it was cast for some of them only, that is listed.
//! - Ballots for different units of one head that differ make its vote invalid: it takes part, is not in favour, and is
//!   listed.

use serde::{Deserialize, Serialize};

use crate::count::{Count, members};
use crate::error::TallyError;
use crate::lookup::Set;
use crate::outcome::{Listed, Outcome};
use crate::pack::Rules;
use crate::proxies::Proxy;
use crate::register::Register;
use crate::roster::{Ballot, Choice, Presence, Voter, VoterId};
use crate::tally::mark_present;

/// One unit (专有部分) of the frozen register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterUnit {
    /// Unique in the register.
    pub id: String,
    /// The building it lies in.
    pub building: String,
    /// Exclusive area in 0.01 m².
    pub area: u64,
    /// The head it belongs to, as the register computes it.
    pub head: VoterId,
    /// Its owners; at least one.
    pub co_owners: Vec<VoterId>,
    /// The owner the others nominated to vote; absent where there is one owner, or none was nominated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nominee: Option<VoterId>,
}

/// What somebody cast for one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitBallot {
    /// The unit.
    pub unit: String,
    /// Who cast it: an owner of the unit, or who holds a proxy of one.
    pub cast_by: VoterId,
    /// What the ballot says.
    pub choice: Choice,
}

impl UnitBallot {
    /// A ballot for `unit`, cast by `cast_by`.
    pub fn new(unit: impl Into<String>, cast_by: impl Into<VoterId>, choice: Choice) -> Self {
        Self {
            unit: unit.into(),
            cast_by: cast_by.into(),
            choice,
        }
    }
}

/// A register and its ballots, as one voter and at most one ballot of each head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The heads, in the order in which the register first names them.
    pub voters: Vec<Voter>,
    /// The votes of those who take part, in the same order.
    pub ballots: Vec<Ballot>,
    /// What somebody should look at, by head.
    pub listed: Vec<Listed>,
}

/// The heads of the owners who are interested in what happens in a building (Civil Code 279): those who own a unit of it,
/// with all the units they have.
pub fn interested(units: &[RegisterUnit], building: &str) -> Vec<RegisterUnit> {
    let here = units.iter().filter(|unit| unit.building == building);
    let heads: Set<&VoterId> = here.map(|unit| &unit.head).collect();
    units
        .iter()
        .filter(|unit| heads.contains(&unit.head))
        .cloned()
        .collect()
}

/// Resolves ballots for units into votes of heads.
pub fn resolve(
    rules: Rules<'_>,
    units: &[RegisterUnit],
    ballots: &[UnitBallot],
    proxies: &[Proxy],
) -> Result<Resolved, TallyError> {
    let mut register = Register::new(units)?;
    let delegations = register.delegations(rules, proxies)?;
    let listed = register.cast(ballots, &delegations)?;
    let heads = || register.heads.iter();
    Ok(Resolved {
        voters: heads().map(|head| Voter::owner(head.id.clone(), head.area)).collect(),
        ballots: heads()
            .filter_map(|head| Some(Ballot::new(head.id.clone(), head.vote()?)))
            .collect(),
        listed,
    })
}

/// Counts a vote by the units of a register, with the proxies in force. Those present in a session are heads.
pub fn tally_units(
    rules: Rules<'_>,
    units: &[RegisterUnit],
    ballots: &[UnitBallot],
    proxies: &[Proxy],
    presence: &Presence,
) -> Result<Outcome, TallyError> {
    let mut register = Register::new(units)?;
    let mut entries = register.entries();
    let members = members(rules, &entries)?;
    let session = mark_present(rules, &mut entries, presence, |id| register.index.get(id).copied())?;
    for (head, entry) in register.heads.iter_mut().zip(&entries) {
        head.present = entry.present;
    }
    let delegations = register.delegations(rules, proxies)?;
    let listed = register.cast(ballots, &delegations)?;
    if session {
        register.expect_present()?;
    }
    for (head, entry) in register.heads.iter().zip(&mut entries) {
        entry.represented = head.represented;
        entry.cast = head.vote();
    }
    Count::of(rules, members, &entries, session).judge(listed)
}
