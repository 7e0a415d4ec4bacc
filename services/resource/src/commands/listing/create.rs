use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityId, Error, Result};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::listing::NewListing;
use crate::domain::{List, Listing, ListingName, Organization, category};
use crate::service::Service;
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    list: List,
    owner: Organization,
    new: NewListing,
}

pub async fn need(service: &Arc<Service>, request: Request<pb::CreateNeedRequest>) -> Result<pb::Need> {
    let (admitted, request) = service.guard.admit(request).await?;
    let new = NewListing::try_from(&request);
    Ok(create(service, admitted, List::Need, new).await?.into())
}

pub async fn offer(service: &Arc<Service>, request: Request<pb::CreateOfferRequest>) -> Result<pb::Offer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let new = NewListing::try_from(&request);
    Ok(create(service, admitted, List::Offer, new).await?.into())
}

async fn create(service: &Arc<Service>, admitted: Admitted, list: List, new: Result<NewListing>) -> Result<Listing> {
    let by = admitted.without_target()?;
    let input = Create {
        service: Arc::clone(service),
        list,
        new: new?,
        owner: service.acting_organization(&by).await?,
        by,
    };
    let name = service
        .store
        .transaction("resource.create_listing", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "listed");
    let listing = store::listing::find(service.reader(), &name).await?;
    listing.ok_or_else(|| Error::not_found(&name))
}

async fn apply(tx: &Tx, input: &Create) -> Result<ListingName, Failure> {
    let (now, new) = (input.service.now(), &input.new);
    let community: &CommunityId = input.by.community()?;
    let name = ListingName {
        community: community.clone(),
        list: input.list,
        id: input.service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    if !store::category::exists(tx, community, &new.category).await? {
        return Err(category::unknown(&new.category).into());
    }
    store::project::expect_open(tx, community, new.project).await?;
    let listing = Listing {
        name: name.clone(),
        owner: input.owner.clone(),
        category: new.category.clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        quantity: new.quantity,
        unit: new.unit,
        committed: 0,
        delivered: 0,
        place: new.place.clone(),
        from: new.from,
        until: new.until,
        urgency: new.urgency,
        project: new.project,
        external_ref: new.external_ref.clone(),
        created_at: now,
        ended_at: None,
        version: 1,
    };
    store::listing::insert(tx, &input.by, &listing).await?;
    let event = match input.list {
        List::Need => events::NeedCreated,
        List::Offer => events::OfferCreated,
    };
    events::append(tx, &input.by, event, &name, &name, now).await?;
    Ok(name)
}
