//! Levels above a community.

use uuid::Uuid;
use yihe_authz::Scope;
use yihe_kernel::{CommunityName, Fields, RegionName, Result, Timestamp, UserId, UserName};
use yihe_proto::directory::v1::{self as pb, Post};

use super::name;
use super::read::{NAME, PERSON, post};
use super::write::{optional, organization_name, region_name};
use crate::domain::names::{AppointmentName, RegionAppointmentName};
use crate::domain::region_committee::RegionCommittee;
use crate::domain::region_post::RegionAppointment;

/// Who takes a post.
pub enum Taker {
    /// Somebody who is enrolled.
    Enrolled(UserId),
    /// A new person of this name, to be invited.
    New(String),
}

fn taker(fields: &mut Fields, user: &str, full_name: &str) -> Option<Taker> {
    match (user.is_empty(), full_name.is_empty()) {
        (false, true) => fields
            .name::<UserName>("user", user)
            .map(|name| Taker::Enrolled(name.user)),
        (true, false) => Some(Taker::New(fields.line("full_name", full_name, PERSON))),
        _ => {
            fields.refuse(
                "user",
                "is required, or else full_name, but not both",
                "须填写 user 或 full_name 之一",
            );
            None
        }
    }
}

/// What else an establishment says.
pub struct Establishment {
    pub display_name: String,
    pub secretary: String,
    pub end_at: Option<Timestamp>,
    pub request_id: Option<Uuid>,
}

/// Reads an establishment.
pub fn establishment(request: &pb::EstablishRegionCommitteeRequest) -> Result<Establishment> {
    let mut fields = Fields::new();
    let display_name = fields.line("display_name", &request.display_name, 0..=*NAME.end());
    let secretary = fields.line("secretary_full_name", &request.secretary_full_name, PERSON);
    let end_at = fields.instant("secretary_end_time", request.secretary_end_time.as_ref());
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    Ok(Establishment {
        display_name,
        secretary,
        end_at,
        request_id,
    })
}

/// A post in a region's committee for a term.
pub struct RegionPlace {
    pub post: Post,
    pub taker: Taker,
    pub start_at: Option<Timestamp>,
    pub end_at: Option<Timestamp>,
    pub request_id: Option<Uuid>,
}

/// Reads an appointment in a region's committee.
pub fn region_place(request: &pb::AppointRegionPersonRequest) -> Result<RegionPlace> {
    let mut fields = Fields::new();
    let post = post(&mut fields, request.post);
    let taker = taker(&mut fields, &request.user, &request.full_name);
    let start_at = fields.instant("start_time", request.start_time.as_ref());
    let end_at = fields.instant("end_time", request.end_time.as_ref());
    let request_id = fields.request_id(&request.request_id);
    let taker = fields.finish_with("user", taker)?;
    Ok(RegionPlace {
        post,
        taker,
        start_at,
        end_at,
        request_id,
    })
}

/// The community or region that gets a secretary.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn below(text: &str) -> Result<Scope> {
    place("below", text)
}

/// A community or a region.
///
/// # Errors
/// `MALFORMED_NAME` naming the field.
pub fn place(field: &str, text: &str) -> Result<Scope> {
    if text.starts_with("regions/") {
        return name::<RegionName>(field, text).map(|name| Scope::Region(name.region));
    }
    name::<CommunityName>(field, text).map(|name| Scope::Community(name.community))
}

/// A secretary appointed from above.
pub struct Secretary {
    pub taker: Taker,
    pub end_at: Option<Timestamp>,
    pub request_id: Option<Uuid>,
}

/// Reads an appointment of a secretary from above.
pub fn secretary(request: &pb::AppointSecretaryBelowRequest) -> Result<Secretary> {
    let mut fields = Fields::new();
    let taker = taker(&mut fields, &request.user, &request.full_name);
    let end_at = fields.instant("end_time", request.end_time.as_ref());
    let request_id = fields.request_id(&request.request_id);
    let taker = fields.finish_with("user", taker)?;
    Ok(Secretary {
        taker,
        end_at,
        request_id,
    })
}

/// The end to which a term is prolonged.
///
/// # Errors
/// `INVALID_REQUEST` where it is absent or no instant.
pub fn new_end(wire: Option<&prost_types::Timestamp>) -> Result<Timestamp> {
    let mut fields = Fields::new();
    let end_at = fields.instant("end_time", wire);
    fields.finish_with("end_time", end_at)
}

/// Name of an appointment in a community or in a region's committee.
pub enum Seated {
    InCommunity(AppointmentName),
    InRegion(RegionAppointmentName),
}

impl Seated {
    /// Where.
    pub fn place(&self) -> Scope {
        match self {
            Self::InCommunity(name) => Scope::Community(name.community.clone()),
            Self::InRegion(name) => Scope::Region(name.region.clone()),
        }
    }
}

/// Reads the name of an appointment wherever it is.
///
/// # Errors
/// `MALFORMED_NAME` naming the field.
pub fn seated(field: &str, text: &str) -> Result<Seated> {
    if text.starts_with("regions/") {
        return name(field, text).map(Seated::InRegion);
    }
    name(field, text).map(Seated::InCommunity)
}

/// A region's committee.
pub fn region_committee(committee: &RegionCommittee) -> pb::RegionCommittee {
    pb::RegionCommittee {
        region: region_name(&committee.region),
        organization: organization_name(committee.organization.id),
        kind: committee.organization.kind.into(),
        display_name: committee.organization.display_name.clone(),
        create_time: Some(committee.created_at.to_proto()),
        revision: String::new(),
    }
}

/// An appointment in a region's committee; events leave the name empty.
pub fn region_appointment(held: &RegionAppointment, full_name: String, now: Timestamp) -> pb::RegionAppointment {
    let term = held.term();
    pb::RegionAppointment {
        name: held.name().to_string(),
        user: UserName { user: held.user }.to_string(),
        organization: organization_name(held.organization),
        post: held.post.into(),
        start_time: Some(held.start_at.to_proto()),
        end_time: optional(term.end()),
        full_name,
        in_force: term.contains(now),
        etag: held.etag(),
        revision: String::new(),
    }
}
