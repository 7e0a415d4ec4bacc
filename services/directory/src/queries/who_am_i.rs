use std::collections::HashMap;

use yihe_authz::{Admitted, Principal};
use yihe_kernel::{ClientId, CommunityId, CommunityName, OrganizationId, Result, Timestamp, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::membership::Organization;
use crate::store::{appointment, client, compound, membership, owner, person};

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
    let names = membership::organizations(
        directory.reader(),
        held.iter().map(|appointment| appointment.organization),
    )
    .await?;
    let capacity = |appointment: &crate::domain::appointment::Appointment| pb::Capacity {
        post: appointment.post.into(),
        ..capacity(
            &appointment.community,
            appointment.organization,
            &names,
            appointment.term().end(),
        )
    };
    Ok(held.iter().map(capacity).collect())
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
        display_name: names
            .get(&organization)
            .map(|known| known.display_name.clone())
            .unwrap_or_default(),
        post: pb::Post::Unspecified.into(),
        end_time: end_at.map(Timestamp::to_proto),
    }
}
