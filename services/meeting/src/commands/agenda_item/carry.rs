use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{MotionState, Step};
use crate::names::{AgendaItemName, MeetingName};
use crate::service::Service;
use crate::{events, reasons, store};
use yihe_retry::Retry;

struct Carry {
    service: Arc<Service>,
    by: Authorized,
    name: AgendaItemName,
    to: MeetingName,
    retry: Retry,
}

pub async fn carry(service: &Arc<Service>, request: Request<pb::CarryAgendaItemRequest>) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let from: AgendaItemName = name("name", &request.name)?;
    let to: MeetingName = name("meeting", &request.meeting)?;
    let (by, _) = service.agenda_item(admitted, &from).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    fields.finish()?;
    let input = Carry {
        service: Arc::clone(service),
        by,
        name: from,
        to,
        retry,
    };
    let name = service
        .store
        .transaction("meeting.carry_agenda_item", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "agenda item carried");
    Ok(store::agenda::get(service.reader(), &name).await?.into())
}

async fn apply(
    tx: &Tx,
    Carry {
        service,
        by,
        name,
        to,
        retry,
    }: &Carry,
) -> Result<AgendaItemName, Failure> {
    let now = service.now();
    let new = to.agenda_item(service.store.ids().next());
    if let Some(earlier) = retry.earlier(tx, by, &new, now).await? {
        return Ok(earlier);
    }
    let from = store::meeting::hold(tx, &name.meeting()).await?;
    let target = store::meeting::hold(tx, to).await?;
    if target.body != from.body {
        return Err(Error::new(&reasons::OTHER_BODY).with("name", to).into());
    }
    target.expect(Step::Agenda)?;
    let mut item = store::agenda::get(tx, name).await?;
    let undecided = [
        MotionState::AwaitingSecond,
        MotionState::Submitted,
        MotionState::Withdrawn,
    ];
    let motions = store::motion::of_item(tx, name).await?;
    let decided = motions.iter().any(|motion| !undecided.contains(&motion.state));
    let position = store::agenda::next_position(tx, to).await?;
    let carried = item.carry(&from, decided, (new.clone(), position), now)?;
    item.course.carried_to = Some(new.clone());
    store::agenda::insert(tx, by, &carried).await?;
    store::agenda::save_course(tx, by, &item).await?;
    events::append(tx, by, events::AgendaItemCarried, &from.name, name, now).await?;
    events::append(tx, by, events::AgendaItemCreated, to, &new, now).await?;
    Ok(new)
}
