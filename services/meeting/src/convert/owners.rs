use yihe_kernel::{
    CommunityId, CompoundId, CompoundName, Fields, FileName, OwnerId, OwnerName, Result, UnitId, UnitName,
};
use yihe_proto::Guarded;
use yihe_proto::meeting::v1 as pb;

use super::read::code;
use super::{Wire, instant, user};
use crate::domain::Choice;
use crate::domain::owners::{
    Challenge, PaperFault, PaperFaultKind, PaperUnit, PaperUnitBallot, RegisterExtract, RosterUnit, UnitBallot,
};
use crate::names::{MeetingName, VoteName};
use yihe_retry::Retry;

const UNITS: usize = 500;
const LINES: usize = 2000;

/// Ballots of an owner.
#[derive(Debug)]
pub struct NewUnitBallots {
    /// What they say.
    pub choice: Choice,
    /// For which units; none means all.
    pub units: Vec<UnitId>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewUnitBallots {
    /// Reads ballots to be cast.
    pub fn cast(community: &CommunityId, compound: CompoundId, request: &pb::CastUnitBallotsRequest) -> Result<Self> {
        let said = (request.choice, request.units.as_slice(), request.request_id.as_str());
        Self::read((community, compound), said, request)
    }

    /// Reads ballots to be corrected.
    pub fn corrected(
        community: &CommunityId,
        compound: CompoundId,
        request: &pb::CorrectUnitBallotsRequest,
    ) -> Result<Self> {
        Self::read((community, compound), (request.choice, &request.units, ""), request)
    }

    fn read<R: Guarded>(
        (community, compound): (&CommunityId, CompoundId),
        (choice, units, request_id): (i32, &[String], &str),
        request: &R,
    ) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, request_id, request);
        let choice = code::<Choice>(&mut fields, "choice", choice);
        let said = choice.filter(|choice| matches!(choice, Choice::Yes | Choice::No | Choice::Abstain));
        if choice.is_some() && said.is_none() {
            fields.refuse("choice", "is no choice of a voter", "不是投票人的意见");
        }
        if units.len() > UNITS {
            fields.refuse("units", format!("holds more than {UNITS}"), format!("多于 {UNITS} 项"));
        }
        let units = units
            .iter()
            .take(UNITS)
            .filter_map(|text| unit(&mut fields, "units", (community, compound), text))
            .collect();
        let made = said.map(|choice| Self { choice, units, retry });
        fields.finish_with("choice", made)
    }
}

/// A unit of the compound that votes.
fn unit(
    fields: &mut Fields,
    field: &str,
    (community, compound): (&CommunityId, CompoundId),
    text: &str,
) -> Option<UnitId> {
    let name: UnitName = fields.name(field, text)?;
    if name.community != *community || name.compound != compound {
        fields.refuse(field, "is of another compound", "属于其他小区");
        return None;
    }
    Some(name.unit)
}

/// Ballots on paper to be recorded.
#[derive(Debug)]
pub struct NewPaperUnitBallots {
    /// The lines.
    pub lines: Vec<PaperUnitBallot>,
    /// What shows them.
    pub evidence: FileName,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewPaperUnitBallots {
    /// Reads ballots on paper of a compound.
    pub fn read(
        community: &CommunityId,
        compound: CompoundId,
        request: &pb::RecordPaperUnitBallotsRequest,
    ) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let count = request.ballots.len();
        if count == 0 || count > LINES {
            fields.refuse(
                "ballots",
                format!("holds 1 to {LINES}"),
                format!("须为 1 至 {LINES} 项"),
            );
        }
        let evidence: Option<FileName> = fields.name("evidence", &request.evidence);
        let mut lines = Vec::with_capacity(count.min(LINES));
        for ballot in request.ballots.iter().take(LINES) {
            lines.push(paper(&mut fields, (community, compound), ballot));
        }
        let made = evidence.map(|evidence| Self { lines, evidence, retry });
        fields.finish_with("evidence", made)
    }
}

fn paper(fields: &mut Fields, of: (&CommunityId, CompoundId), ballot: &pb::PaperUnitBallot) -> PaperUnitBallot {
    let told = || PaperUnit::Told {
        building: ballot.building.trim().to_owned(),
        number: ballot.number.trim().to_owned(),
    };
    let unit = match ballot.unit.as_str() {
        "" => told(),
        text => unit(fields, "ballots.unit", of, text).map_or_else(told, PaperUnit::Named),
    };
    let owner: Option<OwnerName> = fields.optional_name("ballots.owner", &ballot.owner);
    if owner
        .as_ref()
        .is_some_and(|owner| (&owner.community, owner.compound) != of)
    {
        fields.refuse("ballots.owner", "is of another compound", "属于其他小区");
    }
    let choice = pb::Choice::try_from(ballot.choice).ok().and_then(Choice::from_wire);
    PaperUnitBallot {
        unit,
        owner: owner.map(|owner| owner.owner),
        choice: choice.filter(|choice| *choice != Choice::Sealed),
    }
}

/// A faulty line.
pub fn paper_fault(fault: PaperFault) -> pb::PaperUnitBallotFault {
    pb::PaperUnitBallotFault {
        line: i32::try_from(fault.line).unwrap_or(i32::MAX),
        kind: fault_kind(fault.kind).into(),
    }
}

const fn fault_kind(kind: PaperFaultKind) -> pb::PaperUnitBallotFaultKind {
    match kind {
        PaperFaultKind::Choice => pb::PaperUnitBallotFaultKind::Choice,
        PaperFaultKind::UnitUnknown => pb::PaperUnitBallotFaultKind::UnitUnknown,
        PaperFaultKind::UnitNotInterested => pb::PaperUnitBallotFaultKind::UnitNotInterested,
        PaperFaultKind::OwnerRequired => pb::PaperUnitBallotFaultKind::OwnerRequired,
        PaperFaultKind::OwnerUnknown => pb::PaperUnitBallotFaultKind::OwnerUnknown,
        PaperFaultKind::AlreadyVoted => pb::PaperUnitBallotFaultKind::AlreadyVoted,
        PaperFaultKind::Duplicate => pb::PaperUnitBallotFaultKind::Duplicate,
    }
}

/// Ballots with the units they are for.
pub fn unit_ballots(
    vote: &VoteName,
    compound: CompoundId,
    ballots: impl IntoIterator<Item = (RosterUnit, UnitBallot)>,
) -> Vec<pb::UnitBallot> {
    let one = |(unit, ballot): (RosterUnit, UnitBallot)| pb::UnitBallot {
        unit: UnitName {
            community: vote.community.clone(),
            compound,
            unit: unit.unit,
        }
        .to_string(),
        building: unit.building,
        number: unit.number,
        area: number(unit.area),
        owner: owner(&vote.community, compound, ballot.owner),
        choice: ballot.choice.number(),
        cast_time: instant(Some(ballot.cast_at)),
        caster: user(ballot.cast_by),
        recorded_by: if ballot.recorded {
            user(ballot.cast_by)
        } else {
            String::new()
        },
        evidence: ballot.evidence.map(|file| file.to_string()).unwrap_or_default(),
        corrected_from: ballot.corrected.map(|(from, _)| from.number()).unwrap_or_default(),
        correct_time: instant(ballot.corrected.map(|(_, at)| at)),
    };
    ballots.into_iter().map(one).collect()
}

fn owner(community: &CommunityId, compound: CompoundId, owner: OwnerId) -> String {
    OwnerName {
        community: community.clone(),
        compound,
        owner,
    }
    .to_string()
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The register that a notice froze.
pub fn frozen_register(meeting: &MeetingName, register: RegisterExtract) -> pb::FrozenRegister {
    pb::FrozenRegister {
        compound: CompoundName {
            community: meeting.community.clone(),
            compound: register.compound,
        }
        .to_string(),
        revision: register.revision,
        units: number(register.units),
        heads: number(register.heads),
        area: number(register.area),
    }
}

/// A challenge by an owner of a compound.
pub fn challenge(challenge: Challenge, compound: CompoundId) -> pb::Challenge {
    let answer = challenge.answer;
    pb::Challenge {
        owner: owner(&challenge.name.community, compound, challenge.owner),
        name: challenge.name.to_string(),
        author: user(challenge.author),
        text: challenge.text,
        create_time: instant(Some(challenge.created_at)),
        answer_time: instant(answer.as_ref().map(|answer| answer.at)),
        answered_by: answer.as_ref().map(|answer| user(answer.by)).unwrap_or_default(),
        answer: answer.map(|answer| answer.text).unwrap_or_default(),
    }
}
