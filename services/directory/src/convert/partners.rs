//! Organizations, applications and compounds from the wire.

use uuid::Uuid;
use yihe_kernel::{CommunityName, Fields, OrganizationId, OrganizationName, Result, Timestamp};
use yihe_proto::directory::v1::{self as pb, OrganizationKind};

use crate::convert::read::{NAME, PERSON, kind, name, organization};
use crate::domain::post::may_apply;

const TEXT: usize = 2000;

/// An organization to register.
pub enum Registered {
    /// One that exists.
    Known(OrganizationId),
    /// A new one.
    New(OrganizationKind, String),
}

/// A membership to make.
pub struct NewMembership {
    pub organization: Registered,
    pub superior: Option<OrganizationId>,
    pub external_ref: Option<String>,
    pub request_id: Option<Uuid>,
}

/// Reads a membership.
pub fn new_membership(request: &pb::CreateMembershipRequest) -> Result<NewMembership> {
    let mut fields = Fields::new();
    let empty = pb::Organization::default();
    let wanted = request.organization.as_ref().unwrap_or(&empty);
    let organization = if wanted.name.is_empty() {
        let kind = kind(&mut fields, "organization.kind", wanted.kind);
        Some(Registered::New(
            kind,
            fields.line("organization.display_name", &wanted.display_name, NAME),
        ))
    } else {
        organization(&mut fields, "organization.name", &wanted.name).map(Registered::Known)
    };
    let superior = fields
        .optional_name::<OrganizationName>("superior", &request.superior)
        .map(|name| name.organization);
    let external_ref = fields.line("external_ref", &request.external_ref, 0..=100);
    let request_id = fields.request_id(&request.request_id);
    let organization = fields.finish_with("organization", organization)?;
    Ok(NewMembership {
        organization,
        superior,
        external_ref: Some(external_ref).filter(|text| !text.is_empty()),
        request_id,
    })
}

/// An application to make.
pub struct NewApplication {
    pub community: CommunityName,
    pub kind: OrganizationKind,
    pub display_name: String,
    pub contact_name: String,
    pub statement: String,
    pub request_id: Option<Uuid>,
}

/// Reads an application.
pub fn new_application(request: &pb::ApplyForMembershipRequest) -> Result<NewApplication> {
    let community = name("community", &request.community)?;
    let mut fields = Fields::new();
    let kind = kind(&mut fields, "kind", request.kind);
    if kind != OrganizationKind::Unspecified && !may_apply(kind) {
        fields.refuse("kind", "does not come in by application", "此类组织不以申请方式加入");
    }
    let display_name = fields.line("display_name", &request.display_name, NAME);
    let contact_name = fields.line("contact_name", &request.contact_name, PERSON);
    let statement = fields.lines("statement", &request.statement, 0..=TEXT);
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    Ok(NewApplication {
        community,
        kind,
        display_name,
        contact_name,
        statement,
        request_id,
    })
}

/// Reads the reason of a rejection.
pub fn rejection(request: &pb::RejectApplicationRequest) -> Result<String> {
    let mut fields = Fields::new();
    let reason = fields.lines("reason", &request.reason, 1..=TEXT);
    fields.finish()?;
    Ok(reason)
}

/// A compound to register.
pub struct NewCompound {
    pub display_name: String,
    pub owners_committee: Option<OrganizationId>,
    pub request_id: Option<Uuid>,
}

/// Reads a compound.
pub fn new_compound(request: &pb::CreateCompoundRequest) -> Result<NewCompound> {
    let mut fields = Fields::new();
    let display_name = fields.line("display_name", &request.display_name, NAME);
    let committee = fields.optional_name::<OrganizationName>("owners_committee", &request.owners_committee);
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    Ok(NewCompound {
        display_name,
        owners_committee: committee.map(|name| name.organization),
        request_id,
    })
}

/// A service contract to record.
pub struct NewContract {
    pub property_company: OrganizationId,
    pub start_at: Option<Timestamp>,
    pub end_at: Option<Timestamp>,
    pub request_id: Option<Uuid>,
}

/// Reads a service contract.
pub fn new_contract(request: &pb::CreateServiceContractRequest) -> Result<NewContract> {
    let mut fields = Fields::new();
    let property_company = organization(&mut fields, "property_company", &request.property_company);
    let start_at = fields.instant("start_time", request.start_time.as_ref());
    let end_at = fields.instant("end_time", request.end_time.as_ref());
    let request_id = fields.request_id(&request.request_id);
    let property_company = fields.finish_with("property_company", property_company)?;
    Ok(NewContract {
        property_company,
        start_at,
        end_at,
        request_id,
    })
}

/// Reads the organizations to look up.
pub fn lookup(request: &pb::LookupOrganizationsRequest) -> Result<Vec<OrganizationId>> {
    let mut fields = Fields::new();
    if request.organizations.len() > 1000 {
        fields.refuse("organizations", "must be at most 1,000", "至多 1000 个");
    }
    let name = |text: &String| organization(&mut fields, "organizations", text);
    let organizations = request.organizations.iter().take(1000).filter_map(name).collect();
    fields.finish()?;
    Ok(organizations)
}
