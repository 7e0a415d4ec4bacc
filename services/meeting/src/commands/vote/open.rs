use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::subject::Subject;
use crate::commands::presence::recompute_quorum;
use crate::convert::name;
use crate::domain::{BallotMethod, Frozen, Meeting, Recusal, Step, Vote};
use crate::names::{AmendmentName, MotionName, VoteName};
use crate::service::Service;
use crate::{events, queries, store};
use yihe_retry::Retry;

struct Open {
    service: Arc<Service>,
    by: Authorized,
    motion: MotionName,
    amendment: Option<AmendmentName>,
    frozen: Option<Arc<Frozen>>,
    name: VoteName,
    method: BallotMethod,
    retry: Retry,
}

pub async fn open(service: &Arc<Service>, request: Request<pb::OpenVoteRequest>) -> Result<pb::Vote> {
    let (admitted, request) = service.guard.admit(request).await?;
    let motion: MotionName = name("parent", &request.parent)?;
    let amendment: Option<AmendmentName> = match request.amendment.as_str() {
        "" => None,
        text => Some(name("amendment", text)?),
    };
    let (by, _) = service.motion(admitted, &motion).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let method = match request.method() {
        pb::BallotMethod::Secret => BallotMethod::Secret,
        pb::BallotMethod::Unspecified | pb::BallotMethod::OpenRollCall | pb::BallotMethod::ByUnit => {
            BallotMethod::OpenRollCall
        }
    };
    if pb::BallotMethod::try_from(request.method).is_err() || request.method() == pb::BallotMethod::ByUnit {
        fields.refuse("method", "is no ballot method of a session", "不是会议表决的形式");
    }
    fields.finish()?;
    let frozen = service.frozen.of(&motion.meeting()).await?;
    let name = motion.meeting().vote(service.store.ids().next());
    let input = Open {
        service: Arc::clone(service),
        by,
        motion,
        amendment,
        frozen,
        name: name.clone(),
        method,
        retry,
    };
    if method == BallotMethod::Secret {
        service.vote_keys.make(name.vote)?;
    }
    let opened = service
        .store
        .transaction("meeting.open_vote", input, |tx, input| Box::pin(apply(tx, input)))
        .await;
    if method == BallotMethod::Secret && opened.as_ref().ok() != Some(&name) {
        service.vote_keys.destroy(name.vote)?;
    }
    let name = opened?;
    tracing::info!(%name, "vote opened");
    queries::vote::read(service, &name).await
}

async fn apply(
    tx: &Tx,
    Open {
        service,
        by,
        motion,
        amendment,
        frozen,
        name,
        method,
        retry,
    }: &Open,
) -> Result<VoteName, Failure> {
    let now = service.now();
    if let Some(earlier) = retry.earlier(tx, by, name, now).await? {
        return Ok(earlier);
    }
    let meeting = store::meeting::hold(tx, &motion.meeting()).await?;
    meeting.expect(Step::Decide)?;
    if let Some(other) = store::vote::hold_open(tx, &meeting.name).await? {
        return Err(Vote::is_open_refusal(&other.name).into());
    }
    let subject = Subject::put_to_vote(tx, motion, amendment.as_ref()).await?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let item = subject.expect_competence(tx, &meeting, frozen).await?;
    let recusals = store::recusal::of_item(tx, &item.name).await?;
    let recused = Recusal::settled(&item, &recusals)?;
    let room = store::presence::room(tx, &meeting.name).await?;
    let by_rule = (*method, item.matter_class);
    let about = (motion.motion, item.name.agenda_item);
    let (vote, ballots) = Vote::open(name.clone(), about, &meeting, frozen, (&room, &recused), by_rule, now)?;
    let vote = subject.of(vote);
    store::vote::insert(tx, by, &vote, &ballots).await?;
    subject.save(tx, by, now).await?;
    events::append(tx, by, events::VoteOpened, &meeting.name, name, now).await?;
    if !recused.is_empty() {
        recompute_quorum(tx, by, &meeting, frozen, now).await?;
    }
    Ok(name.clone())
}
