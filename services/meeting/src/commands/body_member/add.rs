use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::body::NewBodyMember;
use crate::convert::name;
use crate::domain::{Body, BodyMember, Member, Organization, OrganizationKind};
use crate::names::{BodyMemberName, BodyName};
use crate::queries::person;
use crate::service::Service;
use crate::{events, reasons, store};

struct Add {
    service: Arc<Service>,
    by: Authorized,
    body: Body,
    new: NewBodyMember,
    known: Vec<Organization>,
}

pub async fn add(service: &Arc<Service>, request: Request<pb::AddBodyMemberRequest>) -> Result<pb::BodyMember> {
    let (admitted, request) = service.guard.admit(request).await?;
    let body: BodyName = name("parent", &request.parent)?;
    let (by, body) = service.body(admitted, &body).await?;
    let new = NewBodyMember::try_from(&request)?;
    let known = match new.member.and_then(Member::organization) {
        Some(organization) => {
            let asked = [organization];
            service.directory.organizations(&body.name.community, &asked).await?
        }
        None => Vec::new(),
    };
    let input = Add {
        service: Arc::clone(service),
        by,
        body,
        new,
        known,
    };
    let name = service
        .store
        .transaction("meeting.add_body_member", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "body member added");
    let member = store::body::find_member(service.reader(), &name).await?;
    let member = member.ok_or_else(|| Error::not_found(&name))?;
    let told = person::tell_one(service, &name.community, member).await?;
    Ok(told.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(
    tx: &Tx,
    Add {
        service,
        by,
        body,
        new,
        known,
    }: &Add,
) -> Result<BodyMemberName, Failure> {
    let now = service.now();
    // a person without an account gets an id like any other
    let who = new.member.unwrap_or_else(|| Member::Person(service.store.ids().next()));
    let name = body.name.member(who);
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    body.expect_takes(who)?;
    let (kind, display_name) = match who.organization() {
        Some(organization) => {
            let standing = Organization::member_of(known, organization)?;
            (standing.kind, standing.display_name.clone())
        }
        None => (OrganizationKind::Unspecified, String::new()),
    };
    let member = BodyMember {
        name: name.clone(),
        member: who,
        kind,
        display_name,
        group: new.group.clone(),
        joined_at: now,
        ended_at: None,
    };
    if !store::body::join(tx, by, &member).await? {
        let error = Error::new(&reasons::BODY_MEMBER_EXISTS)
            .with("member", who.name(&body.name.community))
            .with("name", &body.name);
        return Err(error.into());
    }
    if let (Some(person), false) = (who.person(), new.full_name.is_empty()) {
        store::person_name::put(tx, by, &body.name.community, person, &new.full_name, now).await?;
    }
    events::append(tx, by, events::BodyMemberAdded, &body.name, &name, now).await?;
    Ok(name)
}
