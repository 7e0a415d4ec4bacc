use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{List, Listing, ListingName};
use crate::names::{NeedName, OfferName};
use crate::service::Service;
use crate::{events, store};

struct End {
    service: Arc<Service>,
    by: Authorized,
    name: ListingName,
}

pub async fn need(service: &Arc<Service>, request: Request<pb::EndNeedRequest>) -> Result<pb::Need> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: NeedName = name("name", &request.name)?;
    Ok(end(service, admitted, name.into()).await?.into())
}

pub async fn offer(service: &Arc<Service>, request: Request<pb::EndOfferRequest>) -> Result<pb::Offer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: OfferName = name("name", &request.name)?;
    Ok(end(service, admitted, name.into()).await?.into())
}

async fn end(service: &Arc<Service>, admitted: Admitted, name: ListingName) -> Result<Listing> {
    let (by, found) = service.listing(admitted, &name).await?;
    let input = End {
        service: Arc::clone(service),
        by,
        name: found.name,
    };
    let listing = service
        .store
        .transaction("resource.end_listing", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %listing.name, "ended");
    Ok(listing)
}

async fn apply(tx: &Tx, input: &End) -> Result<Listing, Failure> {
    let now = input.service.now();
    let ended = store::listing::end(tx, &input.by, &input.name, now).await?;
    let listing = store::listing::reread(tx, &input.name).await?;
    if !ended {
        listing.expect_open()?;
    }
    events::append(tx, &input.by, event_of(input.name.list), &input.name, &input.name, now).await?;
    Ok(listing)
}

/// What is told of the end of a need or an offer.
pub const fn event_of(list: List) -> &'static str {
    match list {
        List::Need => events::NeedEnded,
        List::Offer => events::OfferEnded,
    }
}
