use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::class_objection::make::expect_unvoted;
use crate::convert::{self, name};
use crate::domain::{AgendaItem, MatterClass, Reclassified};
use crate::names::AgendaItemName;
use crate::service::Service;
use crate::{events, reasons, store};

struct Reclassify {
    service: Arc<Service>,
    by: Authorized,
    name: AgendaItemName,
    matter_class: MatterClass,
    reason: String,
}

pub async fn reclassify(
    service: &Arc<Service>,
    request: Request<pb::ReclassifyAgendaItemRequest>,
) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: AgendaItemName = name("name", &request.name)?;
    let (by, _) = service.agenda_item(admitted, &name).await?;
    let (matter_class, reason) = convert::competence::reclassification(&request)?;
    let input = Reclassify {
        service: Arc::clone(service),
        by,
        name,
        matter_class,
        reason,
    };
    let item = service
        .store
        .transaction("meeting.reclassify_agenda_item", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %item.name, "agenda item reclassified");
    Ok(item.into())
}

async fn apply(tx: &Tx, input: &Reclassify) -> Result<AgendaItem, Failure> {
    let Reclassify {
        service,
        by,
        name,
        matter_class,
        reason,
    } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let item = store::agenda::get(tx, name).await?;
    let to = Reclassified {
        matter_class: *matter_class,
        reason: reason.clone(),
        at: now,
    };
    let item = item.reclassify(&meeting, to)?;
    expect_unvoted(tx, name).await?;
    let mut standing = store::class_objection::of_item(tx, name).await?;
    standing.retain(|objection| objection.state.stands());
    if standing.is_empty() {
        return Err(Error::new(&reasons::NOT_CONTESTED).with("name", name).into());
    }
    for objection in standing {
        store::class_objection::save(tx, by, &objection.reclassify(now)).await?;
    }
    store::agenda::save_course(tx, by, &item).await?;
    events::append(tx, by, events::AgendaItemReclassified, &meeting.name, name, now).await?;
    Ok(item)
}
