use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::vote::conclude::conclude;
use crate::convert::name;
use crate::domain::owners::{count_units, electorate};
use crate::domain::{Frozen, Meeting, Vote};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, queries, store};

struct Close {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    etag: String,
    frozen: Option<Arc<Frozen>>,
}

pub async fn close(
    service: &Arc<Service>,
    request: Request<pb::CloseVotingRequest>,
) -> Result<pb::CloseVotingResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &name).await?;
    let frozen = service.frozen.of(&name).await?;
    let input = Close {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
        frozen,
    };
    let (meeting, votes) = service
        .store
        .transaction("meeting.close_voting", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %meeting.name, votes = votes.len(), "voting closed");
    Ok(pb::CloseVotingResponse {
        meeting: Some(meeting.into()),
        votes: queries::vote::with_turnout(service, votes).await?,
    })
}

async fn apply(
    tx: &Tx,
    Close {
        service,
        by,
        name,
        etag,
        frozen,
    }: &Close,
) -> Result<(Meeting, Vec<Vote>), Failure> {
    let meeting = store::meeting::hold(tx, name).await?;
    meeting.expect_etag(etag)?;
    let open = store::vote::hold_voting(tx, name).await?;
    // only now: every ballot that was let in was cast before
    let now = service.now();
    let closed = meeting.clone().close_voting(now)?;
    let frozen = Meeting::frozen(name, frozen.as_deref())?;
    let units = store::owners::units(tx, name).await?;
    let mut votes = Vec::with_capacity(open.len());
    for vote in open {
        let motion = store::motion::get(tx, &name.motion(vote.motion)).await?;
        let item = store::agenda::get(tx, &name.agenda_item(motion.agenda_item)).await?;
        let ballots = store::owners::of_vote(tx, &vote.name).await?;
        let concerned = electorate(units.clone(), &item);
        let count = count_units(frozen, item.matter_class, &concerned, &ballots)?;
        let resolution = conclude(tx, service, by, &meeting, (motion, &item, &vote), &count.outcome, now).await?;
        let vote = vote.close(count, resolution, now);
        store::vote::end(tx, by, &vote).await?;
        events::append(tx, by, events::VoteClosed, name, &vote.name, now).await?;
        votes.push(vote);
    }
    let meeting = store::meeting::save(tx, by, closed).await?;
    events::append(tx, by, events::MeetingClosed, name, name, now).await?;
    Ok((meeting, votes))
}
