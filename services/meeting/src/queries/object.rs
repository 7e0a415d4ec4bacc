//! How a caller stands to an object: asked by services that keep what belongs to one.

use tonic::Request;
use yihe_authz::{Capacity, Condition, Principal};
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use crate::domain::{MatterClass, Member};
use crate::lookup::Facts;
use crate::names::{AgendaItemName, BodyName, CommitmentName, MeetingName, MotionName, ResolutionName, VoteName};
use crate::service::{Service, member};
use crate::store;

/// What the name of minutes has after that of their meeting.
const MINUTES: &str = "/minutes";

/// An object as a caller sees it.
struct Seen {
    facts: Facts,
    sealed: bool,
}

pub async fn facts(service: &Service, request: Request<pb::GetObjectFactsRequest>) -> Result<pb::ObjectFacts> {
    let (_, request) = service.guard.admit(request).await?;
    let capacity: Capacity = request.capacity.parse().map_err(Error::internal)?;
    let principal: Principal = request.principal.parse().map_err(Error::internal)?;
    let acting = member(capacity, principal.user());
    let seen = see(service, &request.name, acting).await?;
    Ok(seen.map(pb::ObjectFacts::from).unwrap_or_default())
}

/// One arm for each kind of object that something can belong to.
async fn see(service: &Service, name: &str, acting: Option<Member>) -> Result<Option<Seen>> {
    if let Ok(name) = name.parse::<BodyName>() {
        return body(service, &name, acting).await;
    }
    if let Ok(name) = name.parse::<MeetingName>() {
        return meeting(service, &name, acting).await;
    }
    if let Some(meeting) = name.strip_suffix(MINUTES).and_then(|name| name.parse().ok()) {
        return minutes(service, &meeting, acting).await;
    }
    if let Ok(name) = name.parse::<AgendaItemName>() {
        return agenda_item(service, &name, acting).await;
    }
    if let Ok(name) = name.parse::<MotionName>() {
        return motion(service, &name, acting).await;
    }
    if let Ok(name) = name.parse::<VoteName>() {
        return vote(service, &name, acting).await;
    }
    if let Ok(name) = name.parse::<ResolutionName>() {
        return resolution(service, &name, acting).await;
    }
    if let Ok(name) = name.parse::<CommitmentName>() {
        return commitment(service, &name, acting).await;
    }
    Ok(None)
}

async fn body(service: &Service, name: &BodyName, acting: Option<Member>) -> Result<Option<Seen>> {
    let Some(body) = store::body::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let facts = service.facts_of_body(name, body.convener, acting).await?;
    Ok(Some(Seen { facts, sealed: false }))
}

async fn meeting(service: &Service, name: &MeetingName, acting: Option<Member>) -> Result<Option<Seen>> {
    let Some(meeting) = store::meeting::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let of = (meeting.body, meeting.convener);
    let facts = service.facts_of_meeting(name, of, acting).await?;
    Ok(Some(Seen { facts, sealed: false }))
}

/// Minutes belong to their meeting, as soon as they are drafted.
async fn minutes(service: &Service, name: &MeetingName, acting: Option<Member>) -> Result<Option<Seen>> {
    if store::minutes::find(service.reader(), name).await?.is_none() {
        return Ok(None);
    }
    meeting(service, name, acting).await
}

async fn agenda_item(service: &Service, name: &AgendaItemName, acting: Option<Member>) -> Result<Option<Seen>> {
    let item = store::agenda::find(service.reader(), name).await?;
    let meeting = meeting(service, &name.meeting(), acting).await?;
    let (Some(item), Some(meeting)) = (item, meeting) else {
        return Ok(None);
    };
    Ok(Some(Seen {
        facts: meeting.facts.owned_by(item.proposer, acting),
        sealed: item.matter_class == MatterClass::PersonalMatter,
    }))
}

async fn motion(service: &Service, name: &MotionName, acting: Option<Member>) -> Result<Option<Seen>> {
    let Some(motion) = store::motion::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let item = name.meeting().agenda_item(motion.agenda_item);
    let item = agenda_item(service, &item, acting).await?;
    Ok(item.map(|item| Seen {
        facts: item.facts.owned_by(motion.mover, acting),
        ..item
    }))
}

async fn vote(service: &Service, name: &VoteName, acting: Option<Member>) -> Result<Option<Seen>> {
    let Some(vote) = store::vote::find(service.reader(), name).await? else {
        return Ok(None);
    };
    motion(service, &name.meeting().motion(vote.motion), acting).await
}

async fn resolution(service: &Service, name: &ResolutionName, acting: Option<Member>) -> Result<Option<Seen>> {
    let Some(resolution) = store::resolution::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let meeting = meeting(service, &resolution.motion.meeting(), acting).await?;
    Ok(meeting.map(|meeting| Seen {
        sealed: resolution.matter_class == MatterClass::PersonalMatter,
        ..meeting
    }))
}

async fn commitment(service: &Service, name: &CommitmentName, acting: Option<Member>) -> Result<Option<Seen>> {
    let Some(commitment) = store::commitment::find(service.reader(), name).await? else {
        return Ok(None);
    };
    let meeting = MeetingName {
        community: name.community.clone(),
        meeting: commitment.origin.meeting,
    };
    let item = commitment.origin.agenda_item.map(|item| meeting.agenda_item(item));
    let sealed = match item {
        Some(item) => agenda_item(service, &item, acting)
            .await?
            .is_some_and(|item| item.sealed),
        None => false,
    };
    let facts = service.facts_of_commitment(&commitment, acting).await?;
    Ok(Some(Seen { facts, sealed }))
}

impl From<Seen> for pb::ObjectFacts {
    fn from(Seen { facts, sealed }: Seen) -> Self {
        Self {
            exists: true,
            owner: facts.holds(Condition::Owner),
            participant: facts.holds(Condition::Participant),
            assignee: facts.holds(Condition::Assignee),
            convener: facts.holds(Condition::Convener),
            caller: facts.holds(Condition::Caller),
            sealed,
        }
    }
}
