use yihe_kernel::{Fields, FileName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_tally::{Comparison, Counts, Finding, Language, Verdict};

use super::competence::show_of_hands;
use super::read::code;
use super::record::proof;
use super::{Wire, instant, meeting, organization_of, user};
use crate::domain::{Ballot, BallotMethod, Choice, Count, Member, Motion, Resolution, Vote};
use crate::names::{ResolutionName, VoteName};
use yihe_retry::Retry;

/// A motion to be submitted; the item is read before, with the names.
#[derive(Debug)]
pub struct NewMotion {
    /// What is to be resolved.
    pub text: String,
    /// Who stands for election.
    pub candidate: Option<Member>,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::SubmitMotionRequest> for NewMotion {
    type Error = yihe_kernel::Error;

    fn try_from(request: &pb::SubmitMotionRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let motion = Self::read(&mut fields, request.motion.as_ref(), retry);
        fields.finish()?;
        Ok(motion)
    }
}

impl NewMotion {
    /// Moved aloud or on paper, with who moved it.
    ///
    /// # Errors
    /// `INVALID_REQUEST`.
    pub fn recorded(request: &pb::RecordMotionRequest) -> Result<(Member, Self, (Option<FileName>, String))> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let mover = fields.name::<Member>("mover", &request.mover);
        let motion = Self::read(&mut fields, request.motion.as_ref(), retry);
        let proof = proof(&mut fields, &request.evidence, &request.note);
        let mover = fields.finish_with("mover", mover)?;
        Ok((mover, motion, proof))
    }

    fn read(fields: &mut Fields, motion: Option<&pb::Motion>, retry: Retry) -> Self {
        let text = motion.map(|motion| motion.text.as_str()).unwrap_or_default();
        let text = fields.lines("motion.text", text, 1..=10_000);
        let candidate = motion.map(|motion| motion.candidate.as_str()).unwrap_or_default();
        let candidate = fields.optional_name::<Member>("motion.candidate", candidate);
        if matches!(candidate, Some(Member::Owner { .. })) {
            fields.refuse("motion.candidate", "is an organization or a person", "须为单位或个人");
        }
        Self { text, candidate, retry }
    }
}

/// What a voter asks for.
#[derive(Debug)]
pub struct NewBallot {
    /// What the ballot says.
    pub choice: Choice,
    /// The principal it is cast for.
    pub principal: Option<Member>,
    /// How the request is known again.
    pub retry: Retry,
}

impl NewBallot {
    /// Reads a ballot for a vote in which they are given so.
    pub fn read(request: &pb::CastBallotRequest, method: BallotMethod) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = match method {
            BallotMethod::OpenRollCall | BallotMethod::ByUnit => Retry::of(&mut fields, &request.request_id, request),
            // not even a hash of what it says is kept: there are few ballots to try
            BallotMethod::Secret => {
                let unsaid = pb::CastBallotRequest {
                    choice: pb::Choice::Unspecified.into(),
                    ..request.clone()
                };
                Retry::of(&mut fields, &request.request_id, &unsaid)
            }
        };
        let said = voters_choice(&mut fields, request.choice);
        let principal = fields.optional_name::<Member>("member", &request.member);
        let made = said.map(|choice| Self {
            choice,
            principal,
            retry,
        });
        fields.finish_with("choice", made)
    }
}

/// What a voter can say.
pub fn voters_choice(fields: &mut Fields, number: i32) -> Option<Choice> {
    let choice = code::<Choice>(fields, "choice", number);
    let said = choice.filter(|choice| !matches!(choice, Choice::Sealed | Choice::Invalid));
    if choice.is_some() && said.is_none() {
        fields.refuse("choice", "is no choice of a voter", "不是投票人的意见");
    }
    said
}

impl From<Motion> for pb::Motion {
    fn from(motion: Motion) -> Self {
        let (candidate, community) = (motion.candidate, &motion.name.community);
        Self {
            name: motion.name.to_string(),
            agenda_item: motion.name.meeting().agenda_item(motion.agenda_item).to_string(),
            text: motion.text,
            mover: motion.mover.name(&motion.name.community),
            mover_display_name: motion.mover_display_name,
            state: motion.state.number(),
            create_time: instant(Some(motion.created_at)),
            version: motion.version,
            candidate: candidate.map(|member| member.name(community)).unwrap_or_default(),
            withdrawal: motion.withdrawal.as_ref().map(|shown| show_of_hands(community, shown)),
        }
    }
}

/// A vote, with how many may vote and how many have.
pub fn vote(vote: Vote, (eligible, ballots_cast): (i64, i64)) -> pb::Vote {
    let community = &vote.name.community;
    let casting = vote.casting_vote;
    let amendment = vote.amendment.map(|amendment| vote.name.meeting().amendment(amendment));
    let resolution = |resolution| {
        ResolutionName {
            community: community.clone(),
            resolution,
        }
        .to_string()
    };
    pb::Vote {
        name: vote.name.to_string(),
        motion: vote.name.meeting().motion(vote.motion).to_string(),
        state: vote.state.number(),
        method: vote.method.number(),
        resolution: vote.resolution.map(resolution).unwrap_or_default(),
        quorum: Some(meeting::quorum(community, &vote.quorum)),
        open_time: instant(Some(vote.opened_at)),
        close_time: instant(vote.closed_at),
        ballots_cast,
        eligible,
        tally: vote.count.map(Into::into),
        amendment: amendment.map(|name| name.to_string()).unwrap_or_default(),
        casting_vote: casting.map(|casting| casting.choice().number()).unwrap_or_default(),
        casting_vote_time: instant(casting.map(|casting| casting.at)),
    }
}

impl From<Count> for pb::Tally {
    fn from(count: Count) -> Self {
        let counts = &count.outcome.counts;
        Self {
            verdict: verdict(count.outcome.verdict).into(),
            yes: number(counts.yes.heads),
            no: number(counts.no.heads),
            abstain: number(counts.abstain.heads),
            invalid: number(counts.invalid.heads),
            not_voted: number(counts.not_voted.heads),
            tests: count.outcome.tests.iter().map(test).collect(),
            members: number(counts.members.heads),
            participating: number(counts.participating.heads),
            area: (counts.members.area > 0).then(|| area(counts)),
            sha256: count.sha256,
        }
    }
}

fn area(counts: &Counts) -> pb::TallyArea {
    pb::TallyArea {
        members: number(counts.members.area),
        participating: number(counts.participating.area),
        yes: number(counts.yes.area),
        no: number(counts.no.area),
        abstain: number(counts.abstain.area),
        invalid: number(counts.invalid.area),
        not_voted: number(counts.not_voted.area),
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

const fn verdict(verdict: Verdict) -> pb::TallyVerdict {
    match verdict {
        Verdict::Adopted => pb::TallyVerdict::Adopted,
        Verdict::Rejected => pb::TallyVerdict::Rejected,
        Verdict::Tied => pb::TallyVerdict::Tied,
        Verdict::NoQuorum | Verdict::InsufficientParticipation => pb::TallyVerdict::NotQuorate,
    }
}

fn test(finding: &Finding) -> pb::TallyTest {
    let fraction = finding.threshold.fraction;
    pb::TallyTest {
        counted: number(finding.counted),
        out_of: number(finding.of),
        numerator: fraction.numerator().into(),
        denominator: fraction.denominator().into(),
        strict: finding.threshold.comparison == Comparison::MoreThan,
        met: finding.met,
        text_en: finding.sentence(Language::En),
        text_zh: finding.sentence(Language::Zh),
    }
}

/// The ballot of a vote.
pub fn ballot(vote: &VoteName, ballot: Ballot) -> pb::Ballot {
    let (choice, cast_time, representative) = match ballot.cast {
        Some((choice, at, by)) => (choice.number(), Some(at.to_proto()), user(by)),
        None => (pb::Choice::Unspecified.into(), None, String::new()),
    };
    let held = ballot.proxy;
    pb::Ballot {
        name: vote.ballot(ballot.member).to_string(),
        organization: organization_of(ballot.member),
        member: ballot.member.name(&vote.community),
        proxy: held
            .map(|held| vote.meeting().proxy(held.proxy).to_string())
            .unwrap_or_default(),
        proxy_holder: held.map(|held| held.holder.name(&vote.community)).unwrap_or_default(),
        choice,
        cast_time,
        representative,
        display_name: ballot.display_name,
        kind: ballot.kind.into(),
        recorded_by: ballot.recorded_by.map(user).unwrap_or_default(),
    }
}

impl From<Resolution> for pb::Resolution {
    fn from(resolution: Resolution) -> Self {
        Self {
            number: resolution.number(),
            name: resolution.name.to_string(),
            motion: resolution.motion.to_string(),
            vote: resolution.vote.to_string(),
            text: resolution.text,
            title: resolution.title,
            matter_class: resolution.matter_class.number(),
            adopt_time: instant(Some(resolution.adopted_at)),
        }
    }
}
