//! From the domain to the wire. Revision tokens are the commands'.

use yihe_kernel::{CommunityName, OrganizationId, OrganizationName, RegionCode, RegionName, Timestamp, UserName};
use yihe_proto::directory::v1 as pb;

use crate::domain::application::Application;
use crate::domain::appointment::Appointment;
use crate::domain::client::Client;
use crate::domain::community::Community;
use crate::domain::compound::{Compound, ServiceContract};
use crate::domain::membership::{Membership, Organization};
use crate::domain::names::{ClientName, MembershipName};
use crate::domain::region::{Region, level};

pub(super) fn optional(instant: Option<Timestamp>) -> Option<prost_types::Timestamp> {
    instant.map(Timestamp::to_proto)
}

/// `organizations/…`.
pub fn organization_name(organization: OrganizationId) -> String {
    OrganizationName { organization }.to_string()
}

/// `regions/…`.
pub fn region_name(region: &RegionCode) -> String {
    RegionName { region: region.clone() }.to_string()
}

/// A region.
pub fn region(region: &Region) -> pb::Region {
    pb::Region {
        name: region_name(&region.code),
        display_name: region.display_name.clone(),
        parent: region.parent.as_ref().map(region_name).unwrap_or_default(),
        level: level(&region.code).into(),
    }
}

/// A community.
pub fn community(community: &Community) -> pb::Community {
    pb::Community {
        name: CommunityName {
            community: community.id.clone(),
        }
        .to_string(),
        display_name: community.display_name.clone(),
        region: region_name(&community.region),
        party_committee: organization_name(community.party_committee),
        create_time: Some(community.created_at.to_proto()),
        time_zone: community.time_zone.clone(),
        revision: String::new(),
    }
}

/// An organization.
pub fn organization(organization: &Organization) -> pb::Organization {
    pb::Organization {
        name: organization_name(organization.id),
        kind: organization.kind.into(),
        display_name: organization.display_name.clone(),
    }
}

/// A membership.
pub fn membership(membership: &Membership) -> pb::Membership {
    let state = if membership.is_active() {
        pb::MembershipState::Active
    } else {
        pb::MembershipState::Ended
    };
    pb::Membership {
        name: membership.name().to_string(),
        organization: Some(organization(&membership.organization)),
        superior: membership.superior.map(organization_name).unwrap_or_default(),
        state: state.into(),
        external_ref: membership.external_ref.clone().unwrap_or_default(),
        create_time: Some(membership.created_at.to_proto()),
        end_time: optional(membership.ended_at),
        etag: membership.etag(),
        revision: String::new(),
    }
}

/// An application as events tell it: without the person's name and free text.
pub fn application_event(application: &Application) -> pb::Application {
    let community = || application.community.clone();
    let membership = |organization| {
        MembershipName {
            community: community(),
            membership: organization,
        }
        .to_string()
    };
    let client = |client| {
        ClientName {
            community: community(),
            client,
        }
        .to_string()
    };
    let admission = application.admission;
    pb::Application {
        name: application.name().to_string(),
        kind: application.kind.into(),
        display_name: application.display_name.clone(),
        contact_name: String::new(),
        statement: String::new(),
        state: application.state.into(),
        create_time: Some(application.created_at.to_proto()),
        decide_time: optional(application.decided_at),
        rejection_reason: String::new(),
        membership: admission.map(|made| membership(made.organization)).unwrap_or_default(),
        client: admission.map(|made| client(made.client)).unwrap_or_default(),
        credentials_collected: application.collected_at.is_some(),
        revision: String::new(),
    }
}

/// An application.
pub fn application(application: &Application, contact_name: String) -> pb::Application {
    pb::Application {
        contact_name,
        statement: application.statement.clone(),
        rejection_reason: application.rejection_reason.clone().unwrap_or_default(),
        ..application_event(application)
    }
}

/// An appointment; events leave the name empty.
pub fn appointment(appointment: &Appointment, full_name: String, now: Timestamp) -> pb::Appointment {
    let term = appointment.term();
    pb::Appointment {
        name: appointment.name().to_string(),
        user: UserName { user: appointment.user }.to_string(),
        organization: organization_name(appointment.organization),
        post: appointment.post.into(),
        start_time: Some(appointment.start_at.to_proto()),
        end_time: optional(term.end()),
        full_name,
        in_force: term.contains(now),
        etag: appointment.etag(),
        revision: String::new(),
    }
}

/// A client, without its secret.
pub fn client(client: &Client) -> pb::Client {
    pb::Client {
        name: client.name().to_string(),
        organization: organization_name(client.organization),
        create_time: Some(client.created_at.to_proto()),
        rotate_time: optional(client.rotated_at),
        revoke_time: optional(client.revoked_at),
        revision: String::new(),
    }
}

/// A compound.
pub fn compound(compound: &Compound) -> pb::Compound {
    pb::Compound {
        name: compound.name().to_string(),
        display_name: compound.display_name.clone(),
        owners_committee: compound.owners_committee.map(organization_name).unwrap_or_default(),
        create_time: Some(compound.created_at.to_proto()),
    }
}

/// A service contract.
pub fn service_contract(contract: &ServiceContract) -> pb::ServiceContract {
    pb::ServiceContract {
        name: contract.name().to_string(),
        property_company: organization_name(contract.property_company),
        start_time: Some(contract.start_at.to_proto()),
        end_time: optional(contract.term().end()),
    }
}
