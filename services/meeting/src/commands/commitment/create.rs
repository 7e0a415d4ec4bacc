use std::collections::BTreeSet;
use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use crate::convert::commitment::{CommitmentParent, NewCommitments, commitment};
use crate::domain::{
    AgendaItem, BodyKind, Commitment, Doing, Escalation, Holder, Meeting, Organization, Origin, Resolution, Step,
};
use crate::names::{CommitmentName, ProblemId, ProblemName};
use crate::service::Service;
use crate::{events, reasons, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    meeting: Meeting,
    resolution: Option<(Resolution, Option<AgendaItem>)>,
    escalation: Escalation,
    known: Vec<Organization>,
    new: NewCommitments,
    calendar: Calendar,
}

pub async fn create(
    service: &Arc<Service>,
    request: Request<pb::CreateCommitmentsRequest>,
) -> Result<pb::CreateCommitmentsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let parent = CommitmentParent::read("parent", &request.parent)?;
    let (by, meeting, resolution) = source(service, admitted, &parent).await?;
    let new = NewCommitments::try_from(&request)?;
    let frozen = Meeting::frozen(&meeting.name, service.frozen.of(&meeting.name).await?)?;
    let escalation = Escalation::of(&frozen.pack);
    let mut asked: Vec<_> = new.lines.iter().map(|(organization, _)| *organization).collect();
    asked.push(meeting.convener);
    let community = meeting.name.community.clone();
    let known = service.directory.organizations(&community, &asked).await?;
    let input = Create {
        service: Arc::clone(service),
        by,
        meeting,
        resolution,
        escalation,
        known,
        new,
        calendar: service.calendars.at(service.now()).await?,
    };
    let first = service
        .store
        .transaction("meeting.create_commitments", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    let made = store::commitment::of_batch(service.reader(), &community, first.commitment).await?;
    tracing::info!(%first, count = made.len(), "commitments made");
    let now = service.now();
    let commitments: Result<_> = made.into_iter().map(|made| commitment(made, now)).collect();
    Ok(pb::CreateCommitmentsResponse {
        commitments: commitments?,
    })
}

type Source = (Authorized, Meeting, Option<(Resolution, Option<AgendaItem>)>);

async fn source(service: &Service, admitted: Admitted, parent: &CommitmentParent) -> Result<Source> {
    match parent {
        CommitmentParent::Meeting(name) => {
            let (by, meeting) = service.meeting(admitted, name).await?;
            Ok((by, meeting, None))
        }
        CommitmentParent::Resolution(name) => {
            let (by, resolution) = service.resolution(admitted, name).await?;
            let meeting = resolution.motion.meeting();
            let held = store::meeting::find(service.reader(), &meeting).await?;
            let held = held.ok_or_else(|| Error::internal(format!("{name} has no meeting")))?;
            let motion = store::motion::find(service.reader(), &resolution.motion).await?;
            let item = match motion {
                Some(motion) => store::agenda::find(service.reader(), &meeting.agenda_item(motion.agenda_item)).await?,
                None => None,
            };
            Ok((by, held, Some((resolution, item))))
        }
    }
}

async fn apply(tx: &Tx, input: &Create) -> Result<CommitmentName, Failure> {
    let Create { service, by, known, .. } = input;
    let community = &input.meeting.name.community;
    let next = || CommitmentName {
        community: community.clone(),
        commitment: service.store.ids().next(),
    };
    let first = next();
    if let Some(earlier) = input.new.retry.earlier(tx, by, &first, service.now()).await? {
        return Ok(earlier);
    }
    if input.resolution.is_none() {
        expect_consent(&store::meeting::hold(tx, &input.meeting.name).await?)?;
    }
    expect_open_problems(tx, community, &input.new).await?;
    let origin = origin(input)?;
    let doing = Doing::by(by, service.now());
    for (place, (organization, line)) in input.new.lines.iter().enumerate() {
        let name = if place == 0 { first.clone() } else { next() };
        let holder = Organization::member_of(known, *organization)?.into();
        let id = (name, first.commitment);
        let made = Commitment::make(
            id,
            origin.clone(),
            holder,
            (line.clone(), &input.calendar),
            doing.clone(),
        )?;
        store::commitment::insert(tx, by, &made).await?;
        let name = &made.commitment.name;
        events::append(tx, by, events::CommitmentMade, &input.meeting.name, name, doing.at).await?;
    }
    Ok(first)
}

/// An on-site meeting adopts nothing: whoever is assigned something consents by accepting it.
fn expect_consent(meeting: &Meeting) -> Result<()> {
    if meeting.body_kind != BodyKind::OnSite {
        return Err(Error::new(&reasons::COMMITMENT_NEEDS_RESOLUTION).with("name", &meeting.name));
    }
    meeting.expect(Step::Commit)
}

async fn expect_open_problems(tx: &Tx, community: &CommunityId, new: &NewCommitments) -> Result<(), Failure> {
    let problems: BTreeSet<ProblemId> = new.lines.iter().filter_map(|(_, line)| line.problem).collect();
    for problem in problems {
        let name = ProblemName {
            community: community.clone(),
            problem,
        };
        let Some(problem) = store::problem::find_held(tx, &name).await? else {
            return Err(Error::new(&reasons::PROBLEM_NOT_FOUND).with("name", &name).into());
        };
        problem.expect_open()?;
    }
    Ok(())
}

fn origin(input: &Create) -> Result<Origin> {
    let convener = input.meeting.convener;
    // a convener that left the community in the meantime still answers for what it convened
    let convener = input
        .known
        .iter()
        .find(|organization| organization.id == convener)
        .map(Holder::from)
        .ok_or_else(|| Error::internal(format!("the convener of {} is unknown", input.meeting.name)))?;
    let resolution = input.resolution.as_ref();
    Ok(Origin {
        body: input.meeting.body,
        meeting: input.meeting.name.meeting,
        resolution: resolution.map(|(resolution, _)| resolution.name.resolution),
        agenda_item: resolution.and_then(|(_, item)| item.as_ref().map(|item| item.name.agenda_item)),
        convener,
        escalation: input.escalation,
    })
}
