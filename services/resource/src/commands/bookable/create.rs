use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::bookable::NewBookable;
use crate::domain::{Bookable, Organization};
use crate::names::BookableName;
use crate::service::Service;
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    owner: Organization,
    new: NewBookable,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateBookableRequest>) -> Result<pb::Bookable> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let new = NewBookable::try_from(&request)?;
    let input = Create {
        service: Arc::clone(service),
        owner: service.acting_organization(&by).await?,
        by,
        new,
    };
    let name = service
        .store
        .transaction("resource.create_bookable", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "bookable registered");
    let bookable = store::bookable::find(service.reader(), &name).await?;
    Ok(bookable.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &Create) -> Result<BookableName, Failure> {
    let now = input.service.now();
    let name = BookableName {
        community: input.by.community()?.clone(),
        bookable: input.service.store.ids().next(),
    };
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let new = &input.new;
    let bookable = Bookable {
        name: name.clone(),
        kind: new.kind,
        owner: input.owner.clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        place: new.place.clone(),
        capacity: new.capacity,
        rules: new.rules.clone(),
        external_ref: new.external_ref.clone(),
        longest_span: 0,
        created_at: now,
        ended_at: None,
        version: 1,
    };
    store::bookable::insert(tx, &input.by, &bookable).await?;
    events::append(tx, &input.by, events::BookableCreated, &name, &name, now).await?;
    Ok(name)
}
