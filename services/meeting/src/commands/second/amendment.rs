use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::seconder::{Seconder, hold};
use crate::convert::{self, name};
use crate::domain::{Amendment, AmendmentState, Frozen, Meeting, Second, SecondedSubject};
use crate::names::AmendmentName;
use crate::service::{Service, person};
use crate::{events, store};

struct SecondIt {
    service: Arc<Service>,
    by: Authorized,
    name: AmendmentName,
    seconder: Seconder,
    frozen: Option<Arc<Frozen>>,
}

pub async fn second(service: &Arc<Service>, request: Request<pb::SecondAmendmentRequest>) -> Result<pb::Amendment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AmendmentName = name("name", &request.name)?;
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
    let amendment = service
        .store
        .transaction("meeting.second_amendment", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %amendment.name, state = amendment.state.code(), "amendment seconded");
    Ok(amendment.into())
}

async fn apply(tx: &Tx, input: &SecondIt) -> Result<Amendment, Failure> {
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
    let amendment = store::amendment::get(tx, name).await?;
    amendment.expect_awaiting()?;
    let subject = SecondedSubject::Amendment(amendment.motion, name.amendment);
    let of = (subject, name.to_string(), amendment.mover);
    let (second, number) = seconder.second(tx, service, frozen, (of.0, &of.1, of.2), now).await?;
    store::second::insert(tx, by, &meeting, &second).await?;
    events::append(tx, by, events::AmendmentSeconded, &meeting, name, now).await?;
    if number < Second::needed(frozen, true) {
        return Ok(amendment);
    }
    let open = store::amendment::open_of(tx, &meeting.motion(amendment.motion)).await?;
    let amendment = amendment.seconded(&open);
    store::amendment::save(tx, by, &amendment, AmendmentState::AwaitingSecond).await?;
    Ok(amendment)
}
