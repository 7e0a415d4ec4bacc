use yihe_kernel::{Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;

use super::read::code;
use super::record::proof;
use super::{Wire, competence, instant, user};
use crate::domain::{BallotChange, Choice, Member, ReadFrom, Reading, SecretTotals};
use crate::names::VoteName;
use yihe_retry::Retry;

const BALLOTS: usize = 1_000;

/// Ballots to be recorded, with what proves them.
#[derive(Debug)]
pub struct NewRecording {
    /// Whose ballot says what.
    pub reading: Reading,
    /// What the papers of a box say together.
    pub papers: Option<SecretTotals>,
    /// The file that proves it.
    pub evidence: Option<FileName>,
    /// The clerk's note.
    pub note: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewRecording {
    /// From hands in the room.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn of_hands(request: &pb::RecordShowOfHandsRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let (evidence, note) = proof(&mut fields, &request.evidence, &request.note);
        let hands = competence::hands(request.hands.as_ref())?;
        let sides = [
            (hands.in_favour, Choice::Yes),
            (hands.against, Choice::No),
            (hands.abstaining, Choice::Abstain),
        ];
        let ballots: Vec<_> = sides
            .into_iter()
            .flat_map(|(members, choice)| members.into_iter().map(move |member| (member, choice)))
            .collect();
        expect_so_many(&mut fields, "hands", ballots.len());
        fields.finish()?;
        Ok(Self {
            reading: Reading {
                from: ReadFrom::Hands,
                ballots,
            },
            papers: None,
            evidence,
            note,
            retry,
        })
    }

    /// From signed papers.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn of_papers(request: &pb::RecordPaperBallotsRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let evidence = fields.name::<FileName>("evidence", &request.evidence);
        let note = fields.lines("note", &request.note, 0..=2_000);
        expect_so_many(&mut fields, "papers", request.papers.len());
        let mut ballots = Vec::new();
        for (place, paper) in request.papers.iter().take(BALLOTS).enumerate() {
            let field = format!("papers[{place}].choice");
            let member = fields.name::<Member>(&format!("papers[{place}].member"), &paper.member);
            let choice = code::<Choice>(&mut fields, &field, paper.choice);
            if choice == Some(Choice::Sealed) {
                fields.refuse(&field, "is not what a paper says", "不是选票上的意见");
            }
            ballots.extend(member.zip(choice));
        }
        fields.finish()?;
        Ok(Self {
            reading: Reading {
                from: ReadFrom::Papers,
                ballots,
            },
            papers: None,
            evidence,
            note,
            retry,
        })
    }

    /// From the box of a secret vote.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn of_box(request: &pb::RecordBallotBoxRequest) -> Result<Self> {
        let mut fields = Fields::new();
        // not even a hash of what the papers say is kept: there are few boxes to try
        let unsaid = pb::RecordBallotBoxRequest {
            yes: 0,
            no: 0,
            abstain: 0,
            invalid: 0,
            ..request.clone()
        };
        let retry = Retry::of(&mut fields, &request.request_id, &unsaid);
        let evidence = fields.name::<FileName>("evidence", &request.evidence);
        let note = fields.lines("note", &request.note, 0..=2_000);
        expect_so_many(&mut fields, "voters", request.voters.len());
        let voters = request.voters.iter().take(BALLOTS);
        let ballots = voters
            .filter_map(|voter| fields.name::<Member>("voters", voter))
            .map(|voter| (voter, Choice::Sealed))
            .collect();
        let mut papers = |field: &str, number: i32| {
            let number = u32::try_from(number)
                .ok()
                .filter(|number| usize::try_from(*number).is_ok_and(|number| number <= BALLOTS));
            if number.is_none() {
                fields.refuse(field, "must be 0 to 1,000", "须为 0 至 1000");
            }
            number.unwrap_or_default()
        };
        let papers = SecretTotals {
            yes: papers("yes", request.yes),
            no: papers("no", request.no),
            abstain: papers("abstain", request.abstain),
            invalid: papers("invalid", request.invalid),
        };
        fields.finish()?;
        Ok(Self {
            reading: Reading {
                from: ReadFrom::Box,
                ballots,
            },
            papers: Some(papers),
            evidence,
            note,
            retry,
        })
    }
}

fn expect_so_many(fields: &mut Fields, field: &str, number: usize) {
    if !(1..=BALLOTS).contains(&number) {
        fields.refuse(field, "must name 1 to 1,000", "须列出 1 至 1000 名");
    }
}

/// A ballot to be changed.
#[derive(Debug)]
pub struct NewChoice {
    /// What it is to say.
    pub choice: Choice,
    /// The principal whose ballot it is.
    pub principal: Option<Member>,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::ChangeBallotRequest> for NewChoice {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::ChangeBallotRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let choice = super::decision::voters_choice(&mut fields, request.choice);
        let principal = fields.optional_name::<Member>("member", &request.member);
        let made = choice.map(|choice| Self {
            choice,
            principal,
            retry,
        });
        fields.finish_with("choice", made)
    }
}

/// What a ballot said before.
pub fn ballot_change(vote: &VoteName, change: &BallotChange) -> pb::BallotChange {
    let (choice, cast_at, cast_by) = change.cast;
    pb::BallotChange {
        ballot: vote.ballot(change.member).to_string(),
        member: change.member.name(&vote.community),
        kind: change.kind.number(),
        choice: choice.number(),
        cast_time: instant(Some(cast_at)),
        representative: user(cast_by),
        recorded_by: change.recorded_by.map(user).unwrap_or_default(),
        change_time: instant(Some(change.changed_at)),
    }
}
