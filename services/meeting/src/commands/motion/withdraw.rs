use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::vote::fall_unseconded;
use crate::convert::{self, name};
use crate::domain::{
    AmendmentState, Frozen, Hands, Meeting, Motion, MotionState, Second, SecondedSubject, ShowOfHands, Vote,
};
use crate::names::MotionName;
use crate::service::{Service, person};
use crate::{events, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: MotionName,
    user: UserId,
    hands: Option<Hands>,
    frozen: Option<Arc<Frozen>>,
}

pub async fn withdraw(service: &Arc<Service>, request: Request<pb::WithdrawMotionRequest>) -> Result<pb::Motion> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MotionName = name("name", &request.name)?;
    let (by, _) = service.motion(admitted, &name).await?;
    let user = person(by.user())?;
    let hands = match &request.hands {
        Some(hands) => Some(convert::competence::hands(Some(hands))?),
        None => None,
    };
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        frozen: service.frozen.of(&name.meeting()).await?,
        name,
        user,
        hands,
    };
    let motion = service
        .store
        .transaction("meeting.withdraw_motion", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %motion.name, "motion withdrawn");
    Ok(motion.into())
}

async fn apply(tx: &Tx, input: &Withdraw) -> Result<Motion, Failure> {
    let Withdraw { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let motion = store::motion::get(tx, name).await?;
    let seen = motion.state;
    let motion = motion.withdraw(&meeting)?;
    let item = meeting.name.agenda_item(motion.agenda_item);
    store::agenda::get(tx, &item).await?.expect_own_text()?;
    if let Some(vote) = store::vote::hold_open(tx, &meeting.name).await?
        && vote.motion == name.motion
    {
        return Err(Vote::is_open_refusal(&vote.name).into());
    }
    let motion = Motion {
        withdrawal: consent(tx, input, &meeting, seen, now).await?,
        ..motion
    };
    store::motion::set_state(tx, by, &motion, seen).await?;
    fall_unseconded(tx, by, name, now).await?;
    for amendment in store::amendment::open_of(tx, name).await? {
        let amendment = amendment.fall(now);
        store::amendment::save(tx, by, &amendment, AmendmentState::Submitted).await?;
        events::append(tx, by, events::AmendmentFell, &meeting.name, &amendment.name, now).await?;
    }
    events::append(tx, by, events::MotionWithdrawn, &meeting.name, name, now).await?;
    Ok(motion)
}

/// The show of hands by which a motion that was seconded is withdrawn; none is asked for where it was not.
async fn consent(
    tx: &Tx,
    input: &Withdraw,
    meeting: &Meeting,
    seen: MotionState,
    now: Timestamp,
) -> Result<Option<ShowOfHands>, Failure> {
    let subject = SecondedSubject::Motion(input.name.motion);
    let seconds = store::second::of(tx, &meeting.name, subject).await?;
    if seconds.is_empty() || seen == MotionState::AwaitingSecond {
        return Ok(None);
    }
    let shown = match &input.hands {
        None => None,
        Some(hands) => {
            let frozen = Meeting::frozen(&meeting.name, input.frozen.as_deref())?;
            let room = store::presence::room(tx, &meeting.name).await?;
            let recorded = (input.user, now);
            Some(ShowOfHands::count(
                meeting,
                (frozen, &room),
                None,
                hands.clone(),
                recorded,
            )?)
        }
    };
    Second::expect_consent(&input.name, &seconds, shown.as_ref())?;
    Ok(shown)
}
