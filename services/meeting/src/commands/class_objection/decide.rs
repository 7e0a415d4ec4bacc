use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{self, name};
use crate::domain::{ClassObjection, ClassObjectionState, Frozen, Hands, Meeting, ShowOfHands, Step};
use crate::names::ClassObjectionName;
use crate::service::{Service, person};
use crate::{events, store};

struct Decide {
    service: Arc<Service>,
    by: Authorized,
    name: ClassObjectionName,
    recorder: UserId,
    hands: Hands,
    frozen: Option<Arc<Frozen>>,
}

pub async fn decide(
    service: &Arc<Service>,
    request: Request<pb::UpholdMatterClassRequest>,
) -> Result<pb::ClassObjection> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ClassObjectionName = name("name", &request.name)?;
    let (by, _) = service.class_objection(admitted, &name).await?;
    let recorder = person(by.user())?;
    let hands = convert::competence::hands(request.hands.as_ref())?;
    let frozen = service.frozen.of(&name.meeting()).await?;
    let input = Decide {
        service: Arc::clone(service),
        by,
        name,
        recorder,
        hands,
        frozen,
    };
    let objection = service
        .store
        .transaction("meeting.uphold_matter_class", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %objection.name, state = objection.state.code(), "members decided on a matter class");
    Ok(objection.into())
}

async fn apply(tx: &Tx, input: &Decide) -> Result<ClassObjection, Failure> {
    let Decide {
        service,
        by,
        name,
        recorder,
        hands,
        frozen,
    } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    meeting.expect(Step::Decide)?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let room = store::presence::room(tx, &meeting.name).await?;
    let objection = store::class_objection::get(tx, name).await?;
    let shown = ShowOfHands::count(&meeting, (frozen, &room), None, hands.clone(), (*recorder, now))?;
    let objection = objection.decide(shown)?;
    store::class_objection::save(tx, by, &objection).await?;
    let kind = match objection.state {
        ClassObjectionState::Upheld => events::MatterClassUpheld,
        _ => events::MatterClassNotUpheld,
    };
    events::append(tx, by, kind, &meeting.name, name, now).await?;
    Ok(objection)
}
