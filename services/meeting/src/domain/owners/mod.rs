//! Votes of owners by the units of a register (业主大会书面表决).

mod ballot;
mod challenge;
mod paper;
mod register;
mod voting;

pub use ballot::{OwnUnits, UnitBallot};
pub use challenge::{Challenge, ChallengeAnswer};
pub use paper::{PaperFault, PaperFaultKind, PaperUnit, PaperUnitBallot, read_paper, refuse_faults};
pub use register::{Register, RegisterExtract, RosterUnit, count_units, electorate, unit_sheet};
pub use voting::expect_votable;
