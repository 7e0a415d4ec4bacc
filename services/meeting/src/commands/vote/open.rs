use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{Frozen, Meeting, MotionState, Step, Vote};
use crate::names::{MotionName, VoteName};
use crate::retry::Retry;
use crate::service::Service;
use crate::{events, queries, store};

struct Open {
    service: Arc<Service>,
    by: Authorized,
    motion: MotionName,
    frozen: Option<Arc<Frozen>>,
    retry: Retry,
}

pub async fn open(service: &Arc<Service>, request: Request<pb::OpenVoteRequest>) -> Result<pb::Vote> {
    let (admitted, request) = service.guard.admit(request).await?;
    let motion: MotionName = name("parent", &request.parent)?;
    let (by, _) = service.motion(admitted, &motion).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    fields.finish()?;
    let frozen = service.frozen.of(&motion.meeting()).await?;
    let input = Open {
        service: Arc::clone(service),
        by,
        motion,
        frozen,
        retry,
    };
    let name = service
        .store
        .transaction("meeting.open_vote", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "vote opened");
    queries::vote::read(service, &name).await
}

async fn apply(
    tx: &Tx,
    Open {
        service,
        by,
        motion,
        frozen,
        retry,
    }: &Open,
) -> Result<VoteName, Failure> {
    let now = service.now();
    let name = motion.meeting().vote(service.store.ids().next());
    if let Some(earlier) = retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let meeting = store::meeting::hold(tx, &motion.meeting()).await?;
    meeting.expect(Step::Decide)?;
    if let Some(other) = store::vote::hold_open(tx, &meeting.name).await? {
        return Err(Vote::is_open_refusal(&other.name).into());
    }
    let motion = store::motion::get(tx, motion).await?.put_to_vote()?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let room = store::presence::room(tx, &meeting.name).await?;
    let (vote, ballots) = Vote::open(name.clone(), motion.name.motion, &meeting, frozen, &room, now)?;
    store::vote::insert(tx, by, &vote, &ballots).await?;
    store::motion::set_state(tx, by, &motion, MotionState::Submitted).await?;
    events::append(tx, by, events::VoteOpened, &meeting.name, &name, now).await?;
    Ok(name)
}
