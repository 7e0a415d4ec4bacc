use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{self, name};
use crate::domain::{Frozen, Hands, Meeting, Recusal, RecusalState, ShowOfHands, Step};
use crate::names::RecusalName;
use crate::service::{Service, person};
use crate::{events, store};

struct Decide {
    service: Arc<Service>,
    by: Authorized,
    name: RecusalName,
    recorder: UserId,
    hands: Hands,
    frozen: Option<Arc<Frozen>>,
}

pub async fn decide(service: &Arc<Service>, request: Request<pb::DecideRecusalRequest>) -> Result<pb::Recusal> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RecusalName = name("name", &request.name)?;
    let (by, _) = service.recusal(admitted, &name).await?;
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
    let recusal = service
        .store
        .transaction("meeting.decide_recusal", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %recusal.name, state = recusal.state.code(), "members decided on a recusal");
    Ok(recusal.into())
}

async fn apply(tx: &Tx, input: &Decide) -> Result<Recusal, Failure> {
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
    let recusal = store::recusal::get(tx, name).await?;
    let votes = store::item_votes::of_item(tx, &meeting.name.agenda_item(recusal.agenda_item)).await?;
    let concerned = Some(recusal.member);
    let shown = ShowOfHands::count(&meeting, (frozen, &room), concerned, hands.clone(), (*recorder, now))?;
    let recusal = recusal.decide(&votes, shown)?;
    store::recusal::save(tx, by, &recusal, RecusalState::Moved).await?;
    let kind = match recusal.state {
        RecusalState::InForce => events::RecusalCarried,
        _ => events::RecusalRejected,
    };
    events::append(tx, by, kind, &meeting.name, name, now).await?;
    Ok(recusal)
}
