//! Invitations and appointments.

pub mod create;
pub mod end;
pub mod extend;
pub mod invite;

use yihe_kernel::{CommunityId, CommunityName, Error, RegionCode};
use yihe_proto::directory::v1::{OrganizationKind, Post};
use yihe_store::Failure;

use crate::reasons;
use crate::store::{Writing, region, region_committee};

/// Refuses the secretary's post of a community that has a committee above it: that level alone gives and prolongs it.
async fn check_not_from_above(
    writing: &Writing<'_>,
    community: &CommunityId,
    region: &RegionCode,
    (kind, post): (OrganizationKind, Post),
) -> Result<(), Failure> {
    if (kind, post) != (OrganizationKind::PartyCommittee, Post::Secretary) {
        return Ok(());
    }
    let above = region::lineage(writing.tx(), region).await?;
    if region_committee::nearest(writing.tx(), &above).await?.is_none() {
        return Ok(());
    }
    let name = CommunityName {
        community: community.clone(),
    };
    Err(Error::new(&reasons::SECRETARY_FROM_ABOVE).with("name", name).into())
}
