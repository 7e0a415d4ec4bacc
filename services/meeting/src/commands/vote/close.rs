use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::conclude::conclude;
use crate::commands::presence::recompute_quorum;
use crate::convert::name;
use crate::domain::{BallotMethod, Frozen, Meeting, SecretTotals, Vote, count};
use crate::names::VoteName;
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
    service
        .store
        .transaction("meeting.close_vote", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    if secret {
        service.vote_keys.destroy(name.vote)?;
    }
    tracing::info!(%name, "vote closed");
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
) -> Result<(), Failure> {
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let vote = store::vote::hold(tx, name).await?;
    // only now: every ballot that was let in was cast before
    let now = service.now();
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let room = store::presence::room(tx, &meeting.name).await?;
    let present = vote.quorum_now(&room, frozen, now)?;
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
    let count = yihe_telemetry::tally(|| count(frozen, item.matter_class, &vote, &ballots))?;
    let some_recused = !vote.quorum.recused.is_empty();
    if Vote::waits_for_chair(&frozen.pack, &count) {
        store::vote::end(tx, by, &vote.tie(count, now)).await?;
        events::append(tx, by, events::VoteTied, &meeting.name, name, now).await?;
    } else {
        let resolution = conclude(tx, service, by, &meeting, (motion, &item, &vote), &count.outcome, now).await?;
        store::vote::end(tx, by, &vote.close(count, resolution, now)).await?;
        events::append(tx, by, events::VoteClosed, &meeting.name, name, now).await?;
    }
    if some_recused {
        recompute_quorum(tx, by, &meeting, frozen, now).await?;
    }
    Ok(())
}
