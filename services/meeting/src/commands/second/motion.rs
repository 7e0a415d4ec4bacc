use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::seconder::{Seconder, hold};
use crate::convert::{self, name};
use crate::domain::{Frozen, Meeting, Motion, MotionState, Second, SecondedSubject};
use crate::names::MotionName;
use crate::service::{Service, person};
use crate::{events, store};

struct SecondIt {
    service: Arc<Service>,
    by: Authorized,
    name: MotionName,
    seconder: Seconder,
    frozen: Option<Arc<Frozen>>,
}

pub async fn second(service: &Arc<Service>, request: Request<pb::SecondMotionRequest>) -> Result<pb::Motion> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MotionName = name("name", &request.name)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &name.meeting(), wanted).await?;
    let seconder = Seconder {
        member,
        user: person(by.user())?,
    };
    let input = SecondIt {
        service: Arc::clone(service),
        by,
        frozen: service.frozen.of(&name.meeting()).await?,
        name,
        seconder,
    };
    let motion = service
        .store
        .transaction("meeting.second_motion", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %motion.name, state = motion.state.code(), "motion seconded");
    Ok(motion.into())
}

async fn apply(tx: &Tx, input: &SecondIt) -> Result<Motion, Failure> {
    let SecondIt {
        service,
        by,
        name,
        seconder,
        frozen,
    } = input;
    let (now, meeting) = (service.now(), name.meeting());
    hold(tx, &meeting).await?;
    let frozen = Meeting::frozen(&meeting, frozen.as_deref())?;
    let motion = store::motion::get(tx, name).await?;
    motion.expect_awaiting()?;
    let of = (SecondedSubject::Motion(name.motion), name.to_string(), motion.mover);
    let (second, number) = seconder.second(tx, service, frozen, (of.0, &of.1, of.2), now).await?;
    store::second::insert(tx, by, &meeting, &second).await?;
    events::append(tx, by, events::MotionSeconded, &meeting, name, now).await?;
    if number < Second::needed(frozen, false) {
        return Ok(motion);
    }
    let motion = motion.seconded();
    store::motion::set_state(tx, by, &motion, MotionState::AwaitingSecond).await?;
    Ok(motion)
}
