use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::meeting::NewAgendaItem;
use crate::convert::name;
use crate::domain::{AgendaItem, Course, Member, Organization, Step};
use crate::names::{AgendaItemName, MeetingName};
use crate::service::{Service, acting_member};
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    proposer: Member,
    known: Vec<Organization>,
    new: NewAgendaItem,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateAgendaItemRequest>) -> Result<pb::AgendaItem> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let proposer = acting_member(&by)?;
    let new = NewAgendaItem::try_from(&request)?;
    let known = match proposer.organization() {
        Some(organization) => {
            let asked = [organization];
            service.directory.organizations(&meeting.community, &asked).await?
        }
        None => Vec::new(),
    };
    let input = Create {
        service: Arc::clone(service),
        by,
        meeting,
        proposer,
        known,
        new,
    };
    let name = service
        .store
        .transaction("meeting.create_agenda_item", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "agenda item proposed");
    let item = store::agenda::find(service.reader(), &name).await?;
    Ok(item.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &Create) -> Result<AgendaItemName, Failure> {
    let Create {
        service,
        by,
        meeting,
        proposer,
        known,
        new,
    } = input;
    let now = service.now();
    let name = meeting.agenda_item(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    store::meeting::hold(tx, meeting).await?.expect(Step::Agenda)?;
    let proposer_display_name = match proposer.organization() {
        Some(organization) => Organization::member_of(known, organization)?.display_name.clone(),
        None => String::new(),
    };
    let item = AgendaItem {
        name: name.clone(),
        position: store::agenda::next_position(tx, meeting).await?,
        title: new.title.clone(),
        description: new.description.clone(),
        proposer: *proposer,
        proposer_display_name,
        kind: new.kind,
        matter_class: new.matter_class,
        building: new.building.clone(),
        noticed: false,
        created_at: now,
        withdrawn_at: None,
        course: Course::default(),
        papers: Vec::new(),
        version: 1,
    };
    store::agenda::insert(tx, by, &item).await?;
    events::append(tx, by, events::AgendaItemCreated, meeting, &name, now).await?;
    Ok(name)
}
