use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{AgendaItem, Step};
use crate::names::AgendaItemName;
use crate::service::Service;
use crate::{events, store};

struct Move {
    service: Arc<Service>,
    by: Authorized,
    name: AgendaItemName,
    position: i32,
    etag: String,
}

pub async fn move_item(service: &Arc<Service>, request: Request<pb::MoveAgendaItemRequest>) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AgendaItemName = name("name", &request.name)?;
    let (by, _) = service.agenda_item(admitted, &name).await?;
    let input = Move {
        service: Arc::clone(service),
        by,
        name,
        position: request.position,
        etag: request.etag,
    };
    let item = service
        .store
        .transaction("meeting.move_agenda_item", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %item.name, position = item.position, "agenda item moved");
    Ok(item.into())
}

async fn apply(tx: &Tx, input: &Move) -> Result<AgendaItem, Failure> {
    let Move { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    meeting.expect_etag(&input.etag)?;
    meeting.expect(Step::Agenda)?;
    let agenda = AgendaItem::moved(store::agenda::all(tx, &meeting.name).await?, name, input.position)?;
    store::agenda::order(tx, by, &agenda).await?;
    let meeting = store::meeting::save(tx, by, meeting).await?;
    events::append(tx, by, events::AgendaItemMoved, &meeting.name, name, now).await?;
    let item = agenda.into_iter().find(|item| item.name == *name);
    Ok(item.ok_or_else(|| Error::not_found(name))?)
}
