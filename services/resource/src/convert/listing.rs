use yihe_kernel::{Error, Fields, OrganizationName, Result, Timestamp};
use yihe_proto::resource::v1 as pb;

use super::{EXTERNAL_REF, Wire, bounded, code, instant, optional_code, optional_name};
use crate::domain::{Listing, QuantityUnit, Urgency, category};
use crate::names::{self, ProjectId, ProjectName};
use crate::store;
use yihe_retry::Retry;

/// The most that is listed.
pub const MOST_QUANTITY: i64 = 1_000_000_000_000;

/// A need or an offer to be entered.
#[derive(Debug)]
pub struct NewListing {
    /// Code of the category.
    pub category: String,
    /// What it is.
    pub title: String,
    /// More about it.
    pub description: String,
    /// How much.
    pub quantity: i64,
    /// In which unit.
    pub unit: QuantityUnit,
    /// Where.
    pub place: String,
    /// From when on.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// How urgent.
    pub urgency: Urgency,
    /// The project it belongs to.
    pub project: Option<ProjectId>,
    /// Number in the owner's system.
    pub external_ref: String,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateNeedRequest> for NewListing {
    type Error = Error;

    fn try_from(request: &pb::CreateNeedRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let need = request.need.clone().unwrap_or_default();
        let urgency: Option<Urgency> = optional_code(&mut fields, "need.urgency", need.urgency);
        // what both lists have in common is read in one way
        let common = pb::Offer {
            category: need.category,
            title: need.title,
            description: need.description,
            quantity: need.quantity,
            unit: need.unit,
            place: need.place,
            start_time: need.start_time,
            end_time: need.end_time,
            project: need.project,
            external_ref: need.external_ref,
            ..pb::Offer::default()
        };
        let new = body(&mut fields, "need", common, retry).map(|new| Self {
            urgency: urgency.unwrap_or(Urgency::Normal),
            ..new
        });
        fields.finish_with("need", new)
    }
}

impl TryFrom<&pb::CreateOfferRequest> for NewListing {
    type Error = Error;

    fn try_from(request: &pb::CreateOfferRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let new = body(&mut fields, "offer", request.offer.clone().unwrap_or_default(), retry);
        fields.finish_with("offer", new)
    }
}

fn body(fields: &mut Fields, prefix: &str, wire: pb::Offer, retry: Retry) -> Option<NewListing> {
    let field = |name: &str| format!("{prefix}.{name}");
    if !category::is_code(&wire.category) {
        fields.refuse(&field("category"), "must be the code of a category", "须为类别代码");
    }
    let title = fields.line(&field("title"), &wire.title, 1..=200);
    let description = fields.lines(&field("description"), &wire.description, 0..=10_000);
    let quantity = bounded(fields, &field("quantity"), wire.quantity, 1..=MOST_QUANTITY);
    let unit = code(fields, &field("unit"), wire.unit);
    let place = fields.line(&field("place"), &wire.place, 0..=200);
    let from = fields.instant(&field("start_time"), wire.start_time.as_ref());
    let until = fields.instant(&field("end_time"), wire.end_time.as_ref());
    if from.zip(until).is_some_and(|(from, until)| until <= from) {
        fields.refuse(&field("end_time"), "must come after the start", "须晚于开始时间");
    }
    let project: Option<ProjectName> = fields.optional_name(&field("project"), &wire.project);
    let external_ref = fields.line(&field("external_ref"), &wire.external_ref, EXTERNAL_REF);
    Some(NewListing {
        category: wire.category,
        title,
        description,
        quantity,
        unit: unit?,
        place,
        from,
        until,
        urgency: Urgency::Normal,
        project: project.map(|name| name.project),
        external_ref,
        retry,
    })
}

/// Which needs or offers a request wants.
///
/// # Errors
/// `MALFORMED_NAME`, `INVALID_REQUEST`.
pub fn wanted(category: &str, owner: &str, show_ended: bool) -> Result<store::listing::Wanted> {
    let owner: Option<OrganizationName> = optional_name("owner", owner)?;
    let mut fields = Fields::new();
    if !category.is_empty() && !category::is_code(category) {
        fields.refuse("category", "must be the code of a category", "须为类别代码");
    }
    fields.finish()?;
    Ok(store::listing::Wanted {
        category: (!category.is_empty()).then(|| category.to_owned()),
        owner: owner.map(|name| name.organization),
        project: None,
        ended: show_ended,
    })
}

fn project(listing: &Listing) -> String {
    let community = &listing.name.community;
    let project = listing.project.map(|project| names::project(community, project));
    project.unwrap_or_default()
}

impl From<Listing> for pb::Need {
    fn from(listing: Listing) -> Self {
        Self {
            name: listing.name.to_string(),
            owner: names::organization(listing.owner.id),
            open_quantity: listing.open(),
            project: project(&listing),
            owner_display_name: listing.owner.display_name,
            category: listing.category,
            title: listing.title,
            description: listing.description,
            quantity: listing.quantity,
            unit: listing.unit.number(),
            committed_quantity: listing.committed,
            delivered_quantity: listing.delivered,
            place: listing.place,
            start_time: instant(listing.from),
            end_time: instant(listing.until),
            urgency: listing.urgency.number(),
            external_ref: listing.external_ref,
            create_time: instant(Some(listing.created_at)),
            close_time: instant(listing.ended_at),
            etag: listing.version.to_string(),
        }
    }
}

impl From<Listing> for pb::Offer {
    fn from(listing: Listing) -> Self {
        Self {
            name: listing.name.to_string(),
            owner: names::organization(listing.owner.id),
            open_quantity: listing.open(),
            project: project(&listing),
            owner_display_name: listing.owner.display_name,
            category: listing.category,
            title: listing.title,
            description: listing.description,
            quantity: listing.quantity,
            unit: listing.unit.number(),
            committed_quantity: listing.committed,
            delivered_quantity: listing.delivered,
            place: listing.place,
            start_time: instant(listing.from),
            end_time: instant(listing.until),
            external_ref: listing.external_ref,
            create_time: instant(Some(listing.created_at)),
            close_time: instant(listing.ended_at),
            etag: listing.version.to_string(),
        }
    }
}
