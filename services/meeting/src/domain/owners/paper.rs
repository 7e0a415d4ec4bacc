use std::collections::{BTreeSet, HashMap};

use yihe_kernel::{Error, FileName, OwnerId, Result, Timestamp, UnitId, UserId};

use super::{RosterUnit, UnitBallot};
use crate::domain::Choice;
use crate::reasons;

// faults told in a refusal, which travels in headers; the rest is counted
const TOLD: usize = 20;

/// What is wrong with a line of paper ballots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperFaultKind {
    /// It names no choice.
    Choice,
    /// Its unit is not on the roster.
    UnitUnknown,
    /// The owners of its unit are not interested.
    UnitNotInterested,
    /// It does not say which of several owners gave it.
    OwnerRequired,
    /// Its owner does not own the unit.
    OwnerUnknown,
    /// Its owner has voted for the unit.
    AlreadyVoted,
    /// An earlier line is the same ballot.
    Duplicate,
}

impl PaperFaultKind {
    const fn code(self) -> &'static str {
        match self {
            Self::Choice => "CHOICE",
            Self::UnitUnknown => "UNIT_UNKNOWN",
            Self::UnitNotInterested => "UNIT_NOT_INTERESTED",
            Self::OwnerRequired => "OWNER_REQUIRED",
            Self::OwnerUnknown => "OWNER_UNKNOWN",
            Self::AlreadyVoted => "ALREADY_VOTED",
            Self::Duplicate => "DUPLICATE",
        }
    }
}

/// How a line tells its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaperUnit {
    /// By its name.
    Named(UnitId),
    /// By building and number.
    Told {
        /// Building.
        building: String,
        /// Number in the building.
        number: String,
    },
}

/// One ballot on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperUnitBallot {
    /// The unit.
    pub unit: PaperUnit,
    /// Who gave it.
    pub owner: Option<OwnerId>,
    /// What it says; none where the line says nothing that a paper can.
    pub choice: Option<Choice>,
}

/// A line that cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperFault {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: PaperFaultKind,
}

/// Refuses faulty lines, the first of them named.
///
/// # Errors
/// `PAPER_BALLOTS_REFUSED`.
pub fn refuse_faults(faults: &[PaperFault]) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let told: Vec<_> = faults
        .iter()
        .take(TOLD)
        .map(|fault| format!("{} {}", fault.line, fault.kind.code()))
        .collect();
    Err(Error::new(&reasons::PAPER_BALLOTS_REFUSED)
        .with("count", faults.len())
        .with("faults", told.join(", ")))
}

/// The ballots on paper of a vote: what they come to, or every line that is wrong.
///
/// `units` are all of the frozen register, `concerned` those that the vote is put to, `given` what was cast before.
pub fn read_paper(
    lines: &[PaperUnitBallot],
    (units, concerned): (&[RosterUnit], &BTreeSet<UnitId>),
    given: &[UnitBallot],
    (clerk, evidence): (UserId, &FileName),
    now: Timestamp,
) -> std::result::Result<Vec<UnitBallot>, Vec<PaperFault>> {
    let reader = Reader {
        by_id: units.iter().map(|unit| (unit.unit, unit)).collect(),
        by_label: units
            .iter()
            .map(|unit| ((unit.building.as_str(), unit.number.as_str()), unit))
            .collect(),
        concerned,
        given: given.iter().map(|ballot| (ballot.unit, ballot.owner)).collect(),
    };
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    let mut ballots = Vec::with_capacity(lines.len());
    for (line, number) in lines.iter().zip(1..) {
        match reader.read(line) {
            Ok((unit, owner, choice)) if seen.insert((unit.unit, owner)) => ballots.push(UnitBallot {
                unit: unit.unit,
                head: unit.head,
                owner,
                choice,
                cast_at: now,
                cast_by: clerk,
                recorded: true,
                evidence: Some(evidence.clone()),
                corrected: None,
            }),
            Ok(_) => faults.push(PaperFault {
                line: number,
                kind: PaperFaultKind::Duplicate,
            }),
            Err(kind) => faults.push(PaperFault { line: number, kind }),
        }
    }
    if faults.is_empty() { Ok(ballots) } else { Err(faults) }
}

struct Reader<'a> {
    by_id: HashMap<UnitId, &'a RosterUnit>,
    by_label: HashMap<(&'a str, &'a str), &'a RosterUnit>,
    concerned: &'a BTreeSet<UnitId>,
    given: BTreeSet<(UnitId, OwnerId)>,
}

impl<'a> Reader<'a> {
    fn read(&self, line: &PaperUnitBallot) -> std::result::Result<(&'a RosterUnit, OwnerId, Choice), PaperFaultKind> {
        let unit = match &line.unit {
            PaperUnit::Named(unit) => self.by_id.get(unit),
            PaperUnit::Told { building, number } => self.by_label.get(&(building.as_str(), number.as_str())),
        };
        let unit = *unit.ok_or(PaperFaultKind::UnitUnknown)?;
        if !self.concerned.contains(&unit.unit) {
            return Err(PaperFaultKind::UnitNotInterested);
        }
        let owner = match (line.owner, unit.owners.as_slice()) {
            (Some(owner), owners) if owners.contains(&owner) => owner,
            (Some(_), _) => return Err(PaperFaultKind::OwnerUnknown),
            (None, [only]) => *only,
            (None, _) => return Err(PaperFaultKind::OwnerRequired),
        };
        if self.given.contains(&(unit.unit, owner)) {
            return Err(PaperFaultKind::AlreadyVoted);
        }
        let choice = line.choice.ok_or(PaperFaultKind::Choice)?;
        Ok((unit, owner, choice))
    }
}
