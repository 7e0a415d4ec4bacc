use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Bookable;
use crate::names::BookableName;
use crate::service::Service;
use crate::{events, store};

struct End {
    service: Arc<Service>,
    by: Authorized,
    name: BookableName,
}

pub async fn end(service: &Arc<Service>, request: Request<pb::EndBookableRequest>) -> Result<pb::Bookable> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.bookable(admitted, &name("name", &request.name)?).await?;
    let input = End {
        service: Arc::clone(service),
        by,
        name: found.name,
    };
    let bookable = service
        .store
        .transaction("resource.end_bookable", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %bookable.name, "bookable out of use");
    Ok(bookable.into())
}

async fn apply(tx: &Tx, input: &End) -> Result<Bookable, Failure> {
    let now = input.service.now();
    let bookable = store::bookable::hold(tx, &input.name).await?;
    let booked_until = store::occupancy::last_end(tx, &input.name, now).await?;
    let bookable = store::bookable::save(tx, &input.by, bookable.end(booked_until, now)?).await?;
    events::append(tx, &input.by, events::BookableEnded, &input.name, &input.name, now).await?;
    Ok(bookable)
}
