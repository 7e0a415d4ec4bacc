use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::invited_person::NewInvitedPerson;
use crate::convert::name;
use crate::domain::{Frozen, InvitedPerson, Member};
use crate::names::{InvitedPersonName, MeetingName};
use crate::service::Service;
use crate::{events, queries, store};

struct Invite {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    new: NewInvitedPerson,
    frozen: Option<Arc<Frozen>>,
}

pub async fn invite(service: &Arc<Service>, request: Request<pb::InvitePersonRequest>) -> Result<pb::InvitedPerson> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let new = NewInvitedPerson::read(&meeting, &request)?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Invite {
        service: Arc::clone(service),
        by,
        meeting,
        new,
        frozen,
    };
    let name = service
        .store
        .transaction("meeting.invite_person", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "person invited");
    queries::invited_person::told(service, &name).await
}

async fn apply(
    tx: &Tx,
    Invite {
        service,
        by,
        meeting,
        new,
        frozen,
    }: &Invite,
) -> Result<InvitedPersonName, Failure> {
    let now = service.now();
    let name = meeting.invited_person(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, meeting).await?;
    for item in &new.items {
        let item = meeting.agenda_item(*item);
        let found = store::agenda::find(tx, &item).await?;
        found.ok_or_else(|| Error::not_found(&item))?;
    }
    let invited = InvitedPerson {
        name: name.clone(),
        // a person without an account gets an id like any other
        person: new.person.unwrap_or_else(|| service.store.ids().next()),
        display_name: new.display_name.clone(),
        role: new.role.clone(),
        items: new.items.clone(),
        invited_at: now,
        withdrawn_at: None,
    };
    let who = Member::Person(invited.person);
    let is_member = store::body::is_member(tx, &meeting.body(held.body), who).await?;
    let others = store::invited_person::all(tx, meeting).await?;
    invited.expect_invitable(&held, (frozen.as_deref(), is_member), &others)?;
    store::invited_person::insert(tx, by, &invited).await?;
    if !invited.display_name.is_empty() {
        let (community, called) = (&meeting.community, &invited.display_name);
        store::person_name::put(tx, by, community, invited.person, called, now).await?;
    }
    events::append(tx, by, events::PersonInvited, meeting, &name, now).await?;
    Ok(name)
}
