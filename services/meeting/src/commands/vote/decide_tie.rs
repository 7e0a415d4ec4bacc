use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::conclude::conclude;
use crate::convert::{code, name};
use crate::domain::{CastingVote, Choice, Frozen, Meeting, Member, Step, VoteState, count};
use crate::names::VoteName;
use crate::service::{Service, acting_member};
use crate::{events, queries, store};

struct Decide {
    service: Arc<Service>,
    by: Authorized,
    name: VoteName,
    chair: Member,
    in_favour: bool,
    frozen: Option<Arc<Frozen>>,
}

pub async fn decide_tie(service: &Arc<Service>, request: Request<pb::DecideTieRequest>) -> Result<pb::Vote> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: VoteName = name("name", &request.name)?;
    let (by, _) = service.vote(admitted, &name).await?;
    let chair = acting_member(&by)?;
    let mut fields = Fields::new();
    let choice = code::<Choice>(&mut fields, "choice", request.choice);
    let in_favour = match choice {
        Some(Choice::Yes) => Some(true),
        Some(Choice::No) => Some(false),
        Some(Choice::Abstain | Choice::Sealed | Choice::Invalid) => {
            fields.refuse("choice", "is neither in favour nor against", "须为赞成或反对");
            None
        }
        None => None,
    };
    let in_favour = fields.finish_with("choice", in_favour)?;
    let input = Decide {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        chair,
        in_favour,
        frozen: service.frozen.of(&name.meeting()).await?,
    };
    service
        .store
        .transaction("meeting.decide_tie", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "tie decided by the chair");
    queries::vote::read(service, &name).await
}

async fn apply(tx: &Tx, input: &Decide) -> Result<(), Failure> {
    let Decide {
        service,
        by,
        name,
        chair,
        in_favour,
        frozen,
    } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    meeting.expect(Step::Decide)?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let casting = CastingVote {
        in_favour: *in_favour,
        at: now,
    };
    let vote = store::vote::hold(tx, name).await?;
    let vote = vote.cast_by_chair(&frozen.pack, *chair, casting)?;
    let motion = store::motion::get(tx, &meeting.name.motion(vote.motion)).await?;
    let item = store::agenda::get(tx, &meeting.name.agenda_item(motion.agenda_item)).await?;
    let ballots = store::vote::ballots(tx, name).await?;
    let count = count(frozen, item.matter_class, &vote, &ballots)?;
    let resolution = conclude(tx, service, by, &meeting, (motion, &item, &vote), &count.outcome, now).await?;
    store::vote::end_from(tx, by, &vote.end_tie(Some(count), resolution), VoteState::Tied).await?;
    events::append(tx, by, events::TieDecided, &meeting.name, name, now).await
}

/// Ties that nobody decided end with their meeting, as ties.
pub(in crate::commands) async fn leave_ties(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    meeting: &Meeting,
    now: Timestamp,
) -> Result<(), Failure> {
    for vote in store::item_votes::tied(tx, &meeting.name).await? {
        let motion = store::motion::get(tx, &meeting.name.motion(vote.motion)).await?;
        let item = store::agenda::get(tx, &meeting.name.agenda_item(motion.agenda_item)).await?;
        if let Some(count) = &vote.count {
            conclude(tx, service, by, meeting, (motion, &item, &vote), &count.outcome, now).await?;
        }
        let name = vote.name.clone();
        store::vote::end_from(tx, by, &vote.end_tie(None, None), VoteState::Tied).await?;
        events::append(tx, by, events::VoteClosed, &meeting.name, &name, now).await?;
    }
    Ok(())
}
