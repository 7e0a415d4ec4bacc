use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{
    AgendaItem, BallotMethod, Frozen, Meeting, Motion, MotionState, Resolution, SecretTotals, Vote, count,
};
use crate::names::{ResolutionId, VoteName};
use crate::secrecy::VoteKey;
use crate::service::Service;
use crate::{events, queries, store};

struct Close {
    service: Arc<Service>,
    by: Authorized,
    name: VoteName,
    frozen: Option<Arc<Frozen>>,
    key: Option<VoteKey>,
}

pub async fn close(service: &Arc<Service>, request: Request<pb::CloseVoteRequest>) -> Result<pb::Vote> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: VoteName = name("name", &request.name)?;
    let (by, found) = service.vote(admitted, &name).await?;
    found.expect_open()?;
    let secret = found.method == BallotMethod::Secret;
    let key = secret.then(|| service.vote_keys.of(name.vote)).transpose()?;
    let frozen = service.frozen.of(&name.meeting()).await?;
    let input = Close {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        frozen,
        key,
    };
    let motion = service
        .store
        .transaction("meeting.close_vote", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    if secret {
        service.vote_keys.destroy(name.vote)?;
    }
    tracing::info!(%name, motion = motion.state.code(), "vote closed");
    queries::vote::read(service, &name).await
}

async fn apply(
    tx: &Tx,
    Close {
        service,
        by,
        name,
        frozen,
        key,
    }: &Close,
) -> Result<Motion, Failure> {
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let vote = store::vote::hold(tx, name).await?;
    // only now: every ballot that was let in was cast before
    let now = service.now();
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let present = store::presence::room(tx, &meeting.name).await?.quorum(frozen, now)?;
    vote.expect_closable(&meeting, &present)?;
    let motion = store::motion::get(tx, &meeting.name.motion(vote.motion)).await?;
    let item = store::agenda::get(tx, &meeting.name.agenda_item(motion.agenda_item)).await?;
    let ballots = store::vote::ballots(tx, name).await?;
    let vote = match key {
        None => vote,
        Some(key) => {
            let seals = store::sealed::take(tx, by, name).await?;
            let opened: Result<Vec<_>> = seals.iter().map(|seal| key.open(name, seal)).collect();
            vote.unseal(SecretTotals::of(opened?))
        }
    };
    let count = count(frozen, item.matter_class, &vote, &ballots)?;
    let motion = motion.decide(&count.outcome);
    let resolution = match motion.state {
        MotionState::Adopted => Some(adopt(tx, service, by, &meeting, (&motion, &item, &vote), now).await?),
        _ => None,
    };
    store::vote::end(tx, by, &vote.close(count, resolution, now)).await?;
    store::motion::set_state(tx, by, &motion, MotionState::Voting).await?;
    events::append(tx, by, events::VoteClosed, &meeting.name, name, now).await?;
    Ok(motion)
}

async fn adopt(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    meeting: &Meeting,
    (motion, item, vote): (&Motion, &AgendaItem, &Vote),
    now: Timestamp,
) -> Result<ResolutionId, Failure> {
    let year = Resolution::year_of(now)?;
    let serial = store::resolution::next_serial(tx, &meeting.name.community, year).await?;
    let id = service.store.ids().next();
    let resolution = Resolution::adopt(id, (year, serial), meeting.body, motion, item, (vote, now));
    store::resolution::insert(tx, by, &resolution).await?;
    events::append(tx, by, events::ResolutionAdopted, &meeting.name, &resolution.name, now).await?;
    Ok(id)
}
