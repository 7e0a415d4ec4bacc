use yihe_authz::Admitted;
use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, RegionName, Result};
use yihe_proto::directory::v1::{self as pb, OrganizationKind};
use yihe_store::Failure;

use crate::convert::{self, Activation};
use crate::directory::Directory;
use crate::domain::community::{Community, activate as activated};
use crate::domain::membership::{Membership, Organization};
use crate::reasons;
use crate::store::{Writing, community, membership, region};

/// `ActivateCommunity`: makes a community with its Party committee.
pub async fn activate(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ActivateCommunityRequest,
) -> Result<pb::Community> {
    let by = admitted.without_target()?;
    let wanted = convert::activation(&request)?;
    let committee: OrganizationId = directory.store.ids().next();
    let id = directory
        .write(
            "directory.activate_community",
            by,
            (request, wanted, committee),
            |writing, (request, wanted, committee)| Box::pin(write(writing, request, wanted, *committee)),
        )
        .await?;
    tracing::info!(community = %id, "community activated");
    let made = community::require(directory.reader(), &id).await?;
    let revision = directory.revision(&id, made.authority_sequence);
    Ok(pb::Community {
        revision,
        ..convert::community(&made)
    })
}

async fn write(
    writing: &Writing<'_>,
    request: &pb::ActivateCommunityRequest,
    wanted: &Activation,
    committee: OrganizationId,
) -> Result<CommunityId, Failure> {
    let region = RegionName {
        region: wanted.region.clone(),
    };
    let found = region::find(writing.tx(), &wanted.region).await?;
    let found = found.ok_or_else(|| Error::new(&reasons::REGION_NOT_FOUND).with("name", &region))?;
    let made = activated(&found, wanted.display_name.clone(), committee, writing.now)?;
    let name = CommunityName {
        community: made.id.clone(),
    };
    if writing
        .seen_before(made.id.as_str(), wanted.request_id, request, &name)
        .await?
        .is_some()
    {
        return Ok(made.id);
    }
    let taken = || Error::new(&reasons::COMMUNITY_ALREADY_ACTIVE).with("name", &name);
    if community::find(writing.tx(), &made.id).await?.is_some() {
        return Err(taken().into());
    }
    let inserted = community::insert(writing, &made).await;
    inserted.map_err(|failure| {
        if failure.is_unique_violation() {
            taken().into()
        } else {
            failure
        }
    })?;
    let committee = party_committee(&made, &wanted.party_committee);
    membership::insert_organization(writing, &committee.organization).await?;
    membership::insert(writing, &committee).await?;
    let event = pb::CommunityActivated {
        community: Some(convert::community(&made)),
    };
    writing.tell(&made.id, &name, &event).await?;
    let event = pb::MembershipRegistered {
        membership: Some(convert::membership(&committee)),
    };
    writing.tell(&made.id, &committee.name(), &event).await?;
    Ok(made.id)
}

fn party_committee(community: &Community, display_name: &str) -> Membership {
    let made_up = || {
        let committees = ["居民委员会", "居委会", "村民委员会", "村委会"];
        let place = committees
            .iter()
            .find_map(|suffix| community.display_name.strip_suffix(suffix));
        format!("{}党委", place.unwrap_or(&community.display_name))
    };
    let display_name = if display_name.is_empty() {
        made_up()
    } else {
        display_name.to_owned()
    };
    Membership {
        community: community.id.clone(),
        organization: Organization {
            id: community.party_committee,
            kind: OrganizationKind::PartyCommittee,
            display_name,
        },
        superior: None,
        external_ref: None,
        created_at: community.created_at,
        ended_at: None,
        version: 1,
    }
}
