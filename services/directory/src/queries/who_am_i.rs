use std::collections::HashMap;

use yihe_authz::{Admitted, Principal};
use yihe_kernel::{ClientId, CommunityId, CommunityName, OrganizationId, Result, Timestamp, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::appointment::Appointment;
use crate::domain::membership::Organization;
use crate::domain::region_post::RegionAppointment;
use crate::store::{appointment, client, compound, membership, owner, person, region_appointment};

/// `WhoAmI`.
pub async fn who_am_i(directory: &Directory, admitted: Admitted, _: pb::WhoAmIRequest) -> Result<pb::WhoAmIResponse> {
    let by = directory.signed_in(admitted).await?;
    let mut answer = pb::WhoAmIResponse {
        principal: by.actor(),
        ..Default::default()
    };
    match &by.caller().principal {
        Principal::User(user) => {
            answer.full_name = person::name(directory.reader(), *user).await?;
            answer.capacities = of_user(directory, *user).await?;
            answer.ownerships = owned_by(directory, *user).await?;
        }
        Principal::Client(client) => answer.capacities = of_client(directory, *client).await?,
        Principal::Anonymous | Principal::Service(_) | Principal::Operator => {}
    }
    Ok(answer)
}

async fn of_user(directory: &Directory, user: UserId) -> Result<Vec<pb::Capacity>, Failure> {
    let now = directory.now();
    let mut held = appointment::of_user(directory.reader(), user, now).await?;
    held.retain(|appointment| appointment.term().contains(now));
    let mut above = region_appointment::of_user(directory.reader(), user, now).await?;
    above.retain(|appointment| appointment.term().contains(now));
    let organizations = held.iter().map(|appointment| appointment.organization);
    let organizations = organizations.chain(above.iter().map(|appointment| appointment.organization));
    let names = membership::organizations(directory.reader(), organizations).await?;
    let in_community = |held: &Appointment| pb::Capacity {
        post: held.post.into(),
        ..capacity(&held.community, held.organization, &names, held.term().end())
    };
    let in_region = |held: &RegionAppointment| pb::Capacity {
        region: convert::region_name(&held.region),
        organization: convert::organization_name(held.organization),
        display_name: display_name(&names, held.organization),
        post: held.post.into(),
        end_time: held.term().end().map(Timestamp::to_proto),
        ..pb::Capacity::default()
    };
    Ok(held
        .iter()
        .map(in_community)
        .chain(above.iter().map(in_region))
        .collect())
}

async fn owned_by(directory: &Directory, user: UserId) -> Result<Vec<pb::Ownership>, Failure> {
    let mut ownerships = Vec::new();
    for owner in owner::of_user(directory.reader(), user).await? {
        let found = compound::find(directory.reader(), &owner.community, owner.compound).await?;
        ownerships.push(pb::Ownership {
            owner: owner.name().to_string(),
            compound_display_name: found.map(|compound| compound.display_name).unwrap_or_default(),
        });
    }
    Ok(ownerships)
}

async fn of_client(directory: &Directory, id: ClientId) -> Result<Vec<pb::Capacity>, Failure> {
    let Some(client) = client::find_anywhere(directory.reader(), id).await? else {
        return Ok(Vec::new());
    };
    let names = membership::organizations(directory.reader(), [client.organization]).await?;
    Ok(vec![capacity(&client.community, client.organization, &names, None)])
}

fn capacity(
    community: &CommunityId,
    organization: OrganizationId,
    names: &HashMap<OrganizationId, Organization>,
    end_at: Option<Timestamp>,
) -> pb::Capacity {
    pb::Capacity {
        community: CommunityName {
            community: community.clone(),
        }
        .to_string(),
        organization: convert::organization_name(organization),
        display_name: display_name(names, organization),
        post: pb::Post::Unspecified.into(),
        end_time: end_at.map(Timestamp::to_proto),
        region: String::new(),
    }
}

fn display_name(names: &HashMap<OrganizationId, Organization>, organization: OrganizationId) -> String {
    let known = names.get(&organization);
    known.map(|known| known.display_name.clone()).unwrap_or_default()
}
