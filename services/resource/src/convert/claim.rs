use yihe_kernel::{Fields, OrganizationName, Result};
use yihe_proto::resource::v1 as pb;

use super::listing::MOST_QUANTITY;
use super::{Wire, bounded, instant, optional_code, optional_name};
use crate::domain::{Claim, List, ListingName};
use crate::names::{self, NeedName, OfferName, ProjectId, ProjectName};
use crate::store;
use yihe_retry::Retry;

/// A claim to be made.
#[derive(Debug)]
pub struct NewClaim {
    /// How much.
    pub quantity: i64,
    /// What goes with it.
    pub note: String,
    /// The project it belongs to.
    pub project: Option<ProjectId>,
    /// How the request is known again.
    pub retry: Retry,
}

/// Reads a claim to be made.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn new_claim(mut fields: Fields, wire: Option<&pb::Claim>, retry: Retry) -> Result<NewClaim> {
    let wire = wire.cloned().unwrap_or_default();
    let quantity = bounded(&mut fields, "claim.quantity", wire.quantity, 1..=MOST_QUANTITY);
    let note = fields.lines("claim.note", &wire.note, 0..=1000);
    let project: Option<ProjectName> = fields.optional_name("claim.project", &wire.project);
    fields.finish()?;
    Ok(NewClaim {
        quantity,
        note,
        project: project.map(|name| name.project),
        retry,
    })
}

/// How much came.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn delivered(quantity: i64) -> Result<i64> {
    let mut fields = Fields::new();
    let quantity = bounded(&mut fields, "delivered_quantity", quantity, 0..=MOST_QUANTITY);
    fields.finish()?;
    Ok(quantity)
}

/// Which claims a request wants.
///
/// # Errors
/// `MALFORMED_NAME`, `INVALID_REQUEST`.
pub fn wanted(request: &pb::ListClaimsRequest) -> Result<store::claim::Wanted> {
    let need: Option<NeedName> = optional_name("need", &request.need)?;
    let offer: Option<OfferName> = optional_name("offer", &request.offer)?;
    let claimant: Option<OrganizationName> = optional_name("claimant", &request.claimant)?;
    let mut fields = Fields::new();
    let state = optional_code(&mut fields, "state", request.state);
    if need.is_some() && offer.is_some() {
        fields.refuse(
            "offer",
            "a claim is on a need or on an offer",
            "认领只针对需求或资源之一",
        );
    }
    fields.finish()?;
    Ok(store::claim::Wanted {
        listing: need.map(ListingName::from).or(offer.map(ListingName::from)),
        claimant: claimant.map(|name| name.organization),
        state,
        project: None,
    })
}

impl From<Claim> for pb::Claim {
    fn from(claim: Claim) -> Self {
        let of = |list| match claim.listing.list == list {
            true => claim.listing.to_string(),
            false => String::new(),
        };
        let project = claim.project.map(|it| names::project(&claim.name.community, it));
        Self {
            name: claim.name.to_string(),
            need: of(List::Need),
            offer: of(List::Offer),
            claimant: names::organization(claim.claimant.id),
            claimant_display_name: claim.claimant.display_name,
            quantity: claim.quantity,
            delivered_quantity: claim.delivered,
            note: claim.note,
            state: claim.state.number(),
            reason: claim.reason,
            project: project.unwrap_or_default(),
            create_time: instant(Some(claim.created_at)),
            etag: claim.version.to_string(),
        }
    }
}
