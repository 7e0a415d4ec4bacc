use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{AmendmentState, Motion, MotionState, Vote};
use crate::names::MotionName;
use crate::service::Service;
use crate::{events, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: MotionName,
}

pub async fn withdraw(service: &Arc<Service>, request: Request<pb::WithdrawMotionRequest>) -> Result<pb::Motion> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MotionName = name("name", &request.name)?;
    let (by, _) = service.motion(admitted, &name).await?;
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        name,
    };
    let motion = service
        .store
        .transaction("meeting.withdraw_motion", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %motion.name, "motion withdrawn");
    Ok(motion.into())
}

async fn apply(tx: &Tx, Withdraw { service, by, name }: &Withdraw) -> Result<Motion, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let motion = store::motion::get(tx, name).await?.withdraw(&meeting)?;
    let item = meeting.name.agenda_item(motion.agenda_item);
    store::agenda::get(tx, &item).await?.expect_own_text()?;
    if let Some(vote) = store::vote::hold_open(tx, &meeting.name).await?
        && vote.motion == name.motion
    {
        return Err(Vote::is_open_refusal(&vote.name).into());
    }
    store::motion::set_state(tx, by, &motion, MotionState::Submitted).await?;
    for amendment in store::amendment::open_of(tx, name).await? {
        let amendment = amendment.fall(now);
        store::amendment::save(tx, by, &amendment, AmendmentState::Submitted).await?;
        events::append(tx, by, events::AmendmentFell, &meeting.name, &amendment.name, now).await?;
    }
    events::append(tx, by, events::MotionWithdrawn, &meeting.name, name, now).await?;
    Ok(motion)
}
