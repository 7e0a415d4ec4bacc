use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::RulePack;

use crate::convert::name;
use crate::domain::owners::{RosterUnit, electorate};
use crate::domain::{AgendaItem, ClassObjection, Frozen, Meeting, Motion, MotionState, Vote};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, queries, store};

struct Open {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    etag: String,
    frozen: Option<Arc<Frozen>>,
}

pub async fn open(service: &Arc<Service>, request: Request<pb::OpenVotingRequest>) -> Result<pb::OpenVotingResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let frozen = service.frozen.of(&name).await?;
    let input = Open {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
        frozen,
    };
    let (meeting, votes) = service
        .store
        .transaction("meeting.open_voting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, votes = votes.len(), "voting opened");
    Ok(pb::OpenVotingResponse {
        meeting: Some(meeting.into()),
        votes: queries::vote::with_turnout(service, votes).await?,
    })
}

async fn apply(
    tx: &Tx,
    Open {
        service,
        by,
        name,
        etag,
        frozen,
    }: &Open,
) -> Result<(Meeting, Vec<Vote>), Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(etag)?;
    let voting = meeting.open_voting(now)?;
    let frozen = Meeting::frozen(name, frozen.as_deref())?;
    let agenda = store::agenda::all(tx, name).await?;
    let units = store::owners::units(tx, name).await?;
    let mut votes = Vec::new();
    let mut contested = None;
    for motion in store::motion::of_meeting(tx, name).await? {
        let Some(item) = agenda.iter().find(|item| votes_on(item, &motion, &frozen.pack)) else {
            continue;
        };
        let objections = store::class_objection::of_item(tx, &item.name).await?;
        if let Err(refusal) = ClassObjection::expect_none(item, &objections) {
            contested = Some(refusal);
            continue;
        }
        let heads = heads(electorate(units.clone(), item));
        let vote = Vote::by_units(name.vote(service.store.ids().next()), motion.name.motion, heads, now);
        store::vote::insert(tx, by, &vote, &[]).await?;
        store::motion::set_state(tx, by, &motion.put_to_vote()?, MotionState::Submitted).await?;
        events::append(tx, by, events::VoteOpened, name, &vote.name, now).await?;
        votes.push(vote);
    }
    if let (true, Some(refusal)) = (votes.is_empty(), contested) {
        return Err(refusal.into());
    }
    let meeting = store::meeting::save(tx, by, voting).await?;
    events::append(tx, by, events::VotingOpened, name, name, now).await?;
    Ok((meeting, votes))
}

/// Whether a motion is on an item and stands as it was noticed.
fn votes_on(item: &AgendaItem, motion: &Motion, pack: &RulePack) -> bool {
    let stands = motion.state == MotionState::Submitted && item.withdrawn_at.is_none();
    item.name.agenda_item == motion.agenda_item && stands && item.expect_decidable(pack).is_ok()
}

fn heads(units: Vec<RosterUnit>) -> u64 {
    let heads: std::collections::BTreeSet<_> = units.into_iter().map(|unit| unit.head).collect();
    u64::try_from(heads.len()).unwrap_or(u64::MAX)
}
