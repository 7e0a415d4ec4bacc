use std::collections::BTreeMap;

use yihe_authz::{Admitted, Principal};
use yihe_kernel::{
    ClientPrincipalName, CommunityName, OrganizationId, RegionName, Result, Timestamp, UserId, UserName,
};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::Directory;
use crate::domain::appointment::Appointment;
use crate::domain::client::Client;
use crate::domain::membership::Membership;
use crate::domain::owner::Owner;
use crate::domain::region_post::RegionAppointment;
use crate::store::{appointment, authority, community, membership};

/// `GetAuthority`.
pub async fn get(directory: &Directory, admitted: Admitted, request: pb::GetAuthorityRequest) -> Result<pb::Authority> {
    if request.community.is_empty() {
        return get_region(directory, admitted, &request.region).await;
    }
    let name: CommunityName = convert::name("community", &request.community)?;
    admitted.without_target()?;
    let found = authority::read(directory.reader(), &name.community, directory.now()).await?;
    Ok(pb::Authority {
        community: name.to_string(),
        region: String::new(),
        sequence: found.sequence,
        regions: found.regions.iter().map(convert::region_name).collect(),
        holdings: found
            .appointments
            .iter()
            .map(holding)
            .chain(ownerships(&found.owners))
            .collect(),
        clients: found.clients.iter().map(client_holding).collect(),
        cutoffs: cutoffs(found.cutoffs),
    })
}

async fn get_region(directory: &Directory, admitted: Admitted, region: &str) -> Result<pb::Authority> {
    let name: RegionName = convert::name("region", region)?;
    admitted.without_target()?;
    let found = authority::read_region(directory.reader(), &name.region, directory.now()).await?;
    let holding = |held: &RegionAppointment| pb::Holding {
        user: UserName { user: held.user }.to_string(),
        organization: convert::organization_name(held.organization),
        kind: held.kind.into(),
        post: held.post.into(),
        start_time: Some(held.start_at.to_proto()),
        end_time: held.term().end().map(Timestamp::to_proto),
    };
    Ok(pb::Authority {
        community: String::new(),
        sequence: found.sequence,
        regions: found.regions.iter().map(convert::region_name).collect(),
        holdings: found.appointments.iter().map(holding).collect(),
        clients: Vec::new(),
        cutoffs: cutoffs(found.cutoffs),
        region: name.to_string(),
    })
}

fn cutoffs(found: Vec<(Principal, Timestamp)>) -> Vec<pb::Cutoff> {
    let cutoff = |(principal, cutoff_at): (Principal, Timestamp)| pb::Cutoff {
        principal: principal.to_string(),
        cutoff_time: Some(cutoff_at.to_proto()),
    };
    found.into_iter().map(cutoff).collect()
}

fn holding(appointment: &Appointment) -> pb::Holding {
    pb::Holding {
        user: UserName { user: appointment.user }.to_string(),
        organization: convert::organization_name(appointment.organization),
        kind: appointment.kind.into(),
        post: appointment.post.into(),
        start_time: Some(appointment.start_at.to_proto()),
        end_time: appointment.term().end().map(Timestamp::to_proto),
    }
}

/// A person who is several owners holds the role once, from the first on.
fn ownerships(owners: &[Owner]) -> impl Iterator<Item = pb::Holding> {
    let mut since: BTreeMap<UserId, Timestamp> = BTreeMap::new();
    for (user, linked_at) in owners.iter().filter_map(|owner| owner.user.zip(owner.linked_at)) {
        let first = since.entry(user).or_insert(linked_at);
        *first = linked_at.min(*first);
    }
    since.into_iter().map(|(user, since)| pb::Holding {
        user: UserName { user }.to_string(),
        organization: String::new(),
        kind: pb::OrganizationKind::Compound.into(),
        post: pb::Post::Owner.into(),
        start_time: Some(since.to_proto()),
        end_time: None,
    })
}

fn client_holding(client: &Client) -> pb::ClientHolding {
    pb::ClientHolding {
        client: ClientPrincipalName { client: client.id }.to_string(),
        organization: convert::organization_name(client.organization),
        kind: client.kind.into(),
    }
}

/// `LookupOrganizations`.
pub async fn lookup(
    directory: &Directory,
    admitted: Admitted,
    request: pb::LookupOrganizationsRequest,
) -> Result<pb::LookupOrganizationsResponse> {
    let name: CommunityName = convert::name("community", &request.community)?;
    admitted.without_target()?;
    let wanted = convert::lookup(&request)?;
    let (reader, now) = (directory.reader(), directory.now());
    let committee = community::find(reader, &name.community)
        .await?
        .map(|found| found.party_committee);
    let found = membership::of(reader, &name.community, &wanted).await?;
    let asked = found.iter().map(|membership| membership.organization.id);
    let heads = appointment::heads(reader, &name.community, asked.chain(committee), now).await?;
    let heads_of = |organization: OrganizationId| -> Vec<String> {
        let of_it = heads.iter().filter(|held| held.organization == organization);
        of_it.map(|held| UserName { user: held.user }.to_string()).collect()
    };
    let standing = |membership: &Membership| pb::OrganizationStanding {
        organization: convert::organization_name(membership.organization.id),
        kind: membership.organization.kind.into(),
        display_name: membership.organization.display_name.clone(),
        active: membership.is_active(),
        heads: heads_of(membership.organization.id),
    };
    Ok(pb::LookupOrganizationsResponse {
        organizations: found.iter().map(standing).collect(),
        secretaries: committee.map(heads_of).unwrap_or_default(),
    })
}
