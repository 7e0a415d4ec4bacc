use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, OrganizationName, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{BodyMember, Member, Organization};
use crate::names::{BodyMemberName, BodyName};
use crate::retry::Retry;
use crate::service::Service;
use crate::{events, reasons, store};

struct Add {
    service: Arc<Service>,
    by: Authorized,
    body: BodyName,
    organization: OrganizationName,
    known: Vec<Organization>,
    retry: Retry,
}

pub async fn add(service: &Arc<Service>, request: Request<pb::AddBodyMemberRequest>) -> Result<pb::BodyMember> {
    let (admitted, request) = service.guard.admit(request).await?;
    let body: BodyName = name("parent", &request.parent)?;
    let (by, _) = service.body(admitted, &body).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let organization = fields.name::<OrganizationName>("organization", &request.organization);
    let organization = fields.finish_with("organization", organization)?;
    let known = service
        .directory
        .organizations(&body.community, &[organization.organization])
        .await?;
    let input = Add {
        service: Arc::clone(service),
        by,
        body,
        organization,
        known,
        retry,
    };
    let name = service
        .store
        .transaction("meeting.add_body_member", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "body member added");
    let member = store::body::find_member(service.reader(), &name).await?;
    Ok(member.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(
    tx: &Tx,
    Add {
        service,
        by,
        body,
        organization,
        known,
        retry,
    }: &Add,
) -> Result<BodyMemberName, Failure> {
    let now = service.now();
    let name = body.member(organization.organization);
    if let Some(earlier) = retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let member = Organization::member_of(known, organization.organization)?;
    let member = BodyMember {
        name: name.clone(),
        member: Member::Organization(member.id),
        kind: member.kind,
        display_name: member.display_name.clone(),
        joined_at: now,
        ended_at: None,
    };
    if !store::body::join(tx, by, &member).await? {
        let error = Error::new(&reasons::BODY_MEMBER_EXISTS)
            .with("member", organization)
            .with("name", body);
        return Err(error.into());
    }
    events::append(tx, by, events::BodyMemberAdded, body, &name, now).await?;
    Ok(name)
}
