//! From the wire to the domain. Every bad field is named.

use std::str::FromStr;

use uuid::Uuid;
use yihe_kernel::{
    Error, Fields, MalformedName, OrganizationId, OrganizationName, RegionCode, RegionName, Result, Timestamp, UserId,
    UserName,
};
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::domain::user::{check_login, check_password};

pub(super) const NAME: std::ops::RangeInclusive<usize> = 1..=100;
pub(super) const PERSON: std::ops::RangeInclusive<usize> = 1..=50;

/// A resource name that must be there.
///
/// # Errors
/// `MALFORMED_NAME` naming the field.
pub fn name<T: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<T> {
    text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))
}

/// A resource name that may be absent.
///
/// # Errors
/// `MALFORMED_NAME` naming the field.
pub fn optional_name<T: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<Option<T>> {
    if text.is_empty() {
        Ok(None)
    } else {
        name(field, text).map(Some)
    }
}

pub(super) fn kind(fields: &mut Fields, field: &str, number: i32) -> OrganizationKind {
    let kind = OrganizationKind::try_from(number).unwrap_or_default();
    if kind == OrganizationKind::Unspecified {
        fields.refuse(field, "is not a kind of organization", "不是组织类别");
    }
    kind
}

pub(super) fn post(fields: &mut Fields, number: i32) -> Post {
    let post = Post::try_from(number).unwrap_or_default();
    if post == Post::Unspecified {
        fields.refuse("post", "is not a post", "不是职务");
    }
    post
}

pub(super) fn organization(fields: &mut Fields, field: &str, text: &str) -> Option<OrganizationId> {
    fields
        .name::<OrganizationName>(field, text)
        .map(|name| name.organization)
}

/// The organization that a request is about, where it names one.
pub fn organization_named(text: &str) -> Option<OrganizationId> {
    text.parse::<OrganizationName>().ok().map(|name| name.organization)
}

/// A state or kind to list only; absent means all.
///
/// # Errors
/// `INVALID_REQUEST` for a number that means nothing.
pub fn only<T: TryFrom<i32> + Default + PartialEq>(field: &str, number: i32) -> Result<Option<T>> {
    let mut fields = Fields::new();
    let wanted = T::try_from(number);
    if wanted.is_err() {
        fields.refuse(field, "is not a known value", "不是已知的值");
    }
    fields.finish()?;
    Ok(wanted.ok().filter(|wanted| *wanted != T::default()))
}

/// Activation of a community.
pub struct Activation {
    pub region: RegionCode,
    pub display_name: String,
    pub party_committee: String,
    pub request_id: Option<Uuid>,
}

/// Reads an activation.
pub fn activation(request: &pb::ActivateCommunityRequest) -> Result<Activation> {
    let region: RegionName = name("region", &request.region)?;
    let mut fields = Fields::new();
    let display_name = fields.line("display_name", &request.display_name, 0..=*NAME.end());
    let party_committee = fields.line(
        "party_committee_display_name",
        &request.party_committee_display_name,
        0..=*NAME.end(),
    );
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    Ok(Activation {
        region: region.region,
        display_name,
        party_committee,
        request_id,
    })
}

/// A person to invite.
pub struct Person {
    pub full_name: String,
    pub request_id: Option<Uuid>,
}

/// Reads the first secretary's invitation.
pub fn first_secretary(request: &pb::InviteFirstSecretaryRequest) -> Result<Person> {
    let mut fields = Fields::new();
    let full_name = fields.line("full_name", &request.full_name, PERSON);
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    Ok(Person { full_name, request_id })
}

/// A post for a term.
pub struct Place {
    pub organization: OrganizationId,
    pub post: Post,
    pub start_at: Option<Timestamp>,
    pub end_at: Option<Timestamp>,
}

/// Reads an invitation.
pub fn invitation(request: &pb::CreateInvitationRequest) -> Result<(Place, Person)> {
    let mut fields = Fields::new();
    let organization = organization(&mut fields, "organization", &request.organization);
    let post = post(&mut fields, request.post);
    let full_name = fields.line("full_name", &request.full_name, PERSON);
    let start_at = fields.instant("start_time", request.start_time.as_ref());
    let end_at = fields.instant("end_time", request.end_time.as_ref());
    let request_id = fields.request_id(&request.request_id);
    let organization = fields.finish_with("organization", organization)?;
    Ok((
        Place {
            organization,
            post,
            start_at,
            end_at,
        },
        Person { full_name, request_id },
    ))
}

/// Reads an appointment.
pub fn new_appointment(request: &pb::CreateAppointmentRequest) -> Result<(Place, UserId, Option<Uuid>)> {
    let mut fields = Fields::new();
    let user = fields.name::<UserName>("user", &request.user).map(|name| name.user);
    let organization = organization(&mut fields, "organization", &request.organization);
    let post = post(&mut fields, request.post);
    let start_at = fields.instant("start_time", request.start_time.as_ref());
    let end_at = fields.instant("end_time", request.end_time.as_ref());
    let request_id = fields.request_id(&request.request_id);
    let (organization, user) = fields.finish_with("user", organization.zip(user))?;
    Ok((
        Place {
            organization,
            post,
            start_at,
            end_at,
        },
        user,
        request_id,
    ))
}

/// Checks the shape of a new account.
pub fn account(login: &str, password: &str) -> Result<()> {
    let mut fields = Fields::new();
    check_login(&mut fields, login);
    check_password(&mut fields, password);
    fields.finish()
}
