use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::claim::{NewClaim, new_claim};
use crate::convert::name;
use crate::domain::{Claim, ClaimState, ListingName, Organization};
use crate::names::{ClaimName, NeedName, OfferName};
use crate::service::Service;
use crate::{events, store};
use yihe_retry::Retry;

struct Create {
    service: Arc<Service>,
    by: Authorized,
    listing: ListingName,
    claimant: Organization,
    new: NewClaim,
}

pub async fn of_need(service: &Arc<Service>, request: Request<pb::ClaimNeedRequest>) -> Result<pb::Claim> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: NeedName = name("name", &request.name)?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let new = new_claim(fields, request.claim.as_ref(), retry);
    create(service, admitted, name.into(), new).await
}

pub async fn of_offer(service: &Arc<Service>, request: Request<pb::ClaimOfferRequest>) -> Result<pb::Claim> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: OfferName = name("name", &request.name)?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let new = new_claim(fields, request.claim.as_ref(), retry);
    create(service, admitted, name.into(), new).await
}

async fn create(
    service: &Arc<Service>,
    admitted: Admitted,
    listing: ListingName,
    new: Result<NewClaim>,
) -> Result<pb::Claim> {
    let (by, found) = service.listing(admitted, &listing).await?;
    let input = Create {
        service: Arc::clone(service),
        new: new?,
        claimant: service.acting_organization(&by).await?,
        by,
        listing: found.name,
    };
    let name = service
        .store
        .transaction("resource.create_claim", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "claimed");
    let claim = store::claim::find(service.reader(), &name).await?;
    Ok(claim.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &Create) -> Result<ClaimName, Failure> {
    let (now, new) = (input.service.now(), &input.new);
    let name = ClaimName {
        community: input.listing.community.clone(),
        claim: input.service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let listing = store::listing::reread(tx, &input.listing).await?;
    listing.expect_other(input.claimant.id)?;
    listing.expect_available(new.quantity)?;
    store::project::expect_open(tx, &name.community, new.project).await?;
    let claim = Claim {
        name: name.clone(),
        owner: listing.owner.id,
        listing: listing.name,
        claimant: input.claimant.clone(),
        quantity: new.quantity,
        delivered: 0,
        note: new.note.clone(),
        state: ClaimState::Proposed,
        reason: String::new(),
        // a claim serves the project of what it claims, where it names none
        project: new.project.or(listing.project),
        created_at: now,
        version: 1,
    };
    store::claim::insert(tx, &input.by, &claim).await?;
    events::append(tx, &input.by, events::ClaimProposed, &input.listing, &name, now).await?;
    Ok(name)
}
