use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::BodyMember;
use crate::names::BodyMemberName;
use crate::service::Service;
use crate::{events, store};

struct Remove {
    service: Arc<Service>,
    by: Authorized,
    name: BodyMemberName,
}

pub async fn remove(service: &Arc<Service>, request: Request<pb::RemoveBodyMemberRequest>) -> Result<pb::BodyMember> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: BodyMemberName = name("name", &request.name)?;
    let missing = admitted.missing(&name);
    let body = name.body();
    let (by, _) = service.body(admitted, &body).await?;
    if store::body::find_member(service.reader(), &name).await?.is_none() {
        return Err(missing);
    }
    let input = Remove {
        service: Arc::clone(service),
        by,
        name,
    };
    let member = service
        .store
        .transaction("meeting.remove_body_member", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %member.name, "body member removed");
    Ok(member.into())
}

async fn apply(tx: &Tx, Remove { service, by, name }: &Remove) -> Result<BodyMember, Failure> {
    let now = service.now();
    let member = store::body::find_member(tx, name)
        .await?
        .ok_or_else(|| Error::not_found(name))?;
    let ended = member.clone().end(now)?;
    if !store::body::leave(tx, by, name, now).await? {
        return Ok(ended.end(now)?);
    }
    events::append(tx, by, events::BodyMemberRemoved, &name.body(), name, now).await?;
    Ok(ended)
}
