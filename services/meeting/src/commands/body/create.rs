use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::body::NewBody;
use crate::domain::{Body, Organization, pack_in_force};
use crate::lookup::Facts;
use crate::names::BodyName;
use crate::service::Service;
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    new: NewBody,
    known: Vec<Organization>,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateBodyRequest>) -> Result<pb::Body> {
    let (admitted, request) = service.guard.admit(request).await?;
    let new = NewBody::try_from(&request);
    let convened_by = new.as_ref().ok().map(|new| new.convener.organization);
    let convener = convened_by.is_some() && convened_by == admitted.organization();
    let by = admitted.settle(&|condition| {
        Facts {
            convener,
            ..Facts::default()
        }
        .holds(condition)
    })?;
    let new = new?;
    let known = service
        .directory
        .organizations(by.community()?, &[new.convener.organization])
        .await?;
    let input = Create {
        service: Arc::clone(service),
        by,
        new,
        known,
    };
    let name = service
        .store
        .transaction("meeting.create_body", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "body created");
    let body = store::body::find(service.reader(), &name).await?;
    Ok(body.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(
    tx: &Tx,
    Create {
        service,
        by,
        new,
        known,
    }: &Create,
) -> Result<BodyName, Failure> {
    let now = service.now();
    let community = by.community()?;
    let name = BodyName {
        community: community.clone(),
        body: service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let convener = Organization::member_of(known, new.convener.organization)?.id;
    let pack = pack_in_force(new.kind, new.rule_pack.as_deref(), community, now)?;
    let body = Body {
        name: name.clone(),
        kind: new.kind,
        display_name: new.display_name.clone(),
        convener,
        compound: new.compound.as_ref().map(|name| name.compound),
        rule_pack: pack.id().to_owned(),
        created_at: now,
        version: 1,
    };
    store::body::insert(tx, by, &body).await?;
    events::append(tx, by, events::BodyCreated, &name, &name, now).await?;
    Ok(name)
}
