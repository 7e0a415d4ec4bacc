use yihe_authz::{Admitted, Principal, Scope};
use yihe_kernel::{Error, OrganizationId, RegionCode, RegionName, Result, UserId};
use yihe_proto::directory::v1::{self as pb, Post};
use yihe_store::Failure;

use crate::commands::region::appoint::invite;
use crate::convert::{self, Establishment};
use crate::directory::Directory;
use crate::domain::names::{InvitationId, RegionInvitationName};
use crate::domain::region_committee::{RegionCommittee, establish as established};
use crate::domain::region_post::RegionInvitation;
use crate::domain::term;
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, membership, region, region_committee};

struct Wanted {
    request: pb::EstablishRegionCommitteeRequest,
    region: RegionName,
    establishment: Establishment,
    ids: (OrganizationId, InvitationId, UserId),
    code_hash: Vec<u8>,
    by_operator: bool,
}

/// `EstablishRegionCommittee`: makes a region's Party committee and invites its first secretary.
pub async fn establish(
    directory: &Directory,
    admitted: Admitted,
    request: pb::EstablishRegionCommitteeRequest,
) -> Result<pb::EstablishRegionCommitteeResponse> {
    let name: RegionName = convert::name("parent", &request.parent)?;
    let by_operator = admitted.caller().principal == Principal::Operator;
    let by = admitted.without_target()?;
    let establishment = convert::establishment(&request)?;
    let code = secrets::region_enrolment_code(&name.region);
    let ids = directory.store.ids();
    let wanted = Wanted {
        request,
        region: name.clone(),
        establishment,
        ids: (ids.next(), ids.next(), ids.next()),
        code_hash: code.hash,
        by_operator,
    };
    let (invitation, fresh) = directory
        .write("directory.establish_region_committee", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(region = %name, "region committee established");
    let made = region_committee::require(directory.reader(), &name.region).await?;
    let sequence = region_committee::sequence(directory.reader(), &name.region).await?;
    Ok(pb::EstablishRegionCommitteeResponse {
        committee: Some(pb::RegionCommittee {
            revision: directory.revision_at(&Scope::Region(name.region), sequence),
            ..convert::region_committee(&made)
        }),
        invitation,
        enrolment_code: if fresh { code.text } else { String::new() },
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(String, bool), Failure> {
    let (id, now) = (&wanted.region.region, writing.now);
    let missing = || Error::new(&reasons::REGION_NOT_FOUND).with("name", &wanted.region);
    let found = region::find(writing.tx(), id).await?.ok_or_else(missing)?;
    let (organization, invitation, person) = wanted.ids;
    let Establishment {
        display_name,
        secretary,
        end_at,
        request_id,
    } = &wanted.establishment;
    let made = established(&found, display_name, organization, now)?;
    let name = RegionInvitationName {
        region: id.clone(),
        invitation,
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), *request_id, &wanted.request, &name)
        .await?
    {
        return Ok((name, false));
    }
    check_above(writing, id, wanted.by_operator).await?;
    insert(writing, &made).await?;
    term::beginning(None, *end_at, now)?;
    let ids = (invitation, person);
    let invited = RegionInvitation::new(id, ids, Post::Secretary, (None, *end_at), &wanted.code_hash, now);
    invite(writing, &made, &invited, secretary).await?;
    Ok((name.to_string(), true))
}

/// The operator acts only where nothing is recorded above; everybody else is of the committee above, or of the region's own.
async fn check_above(writing: &Writing<'_>, id: &RegionCode, by_operator: bool) -> Result<(), Failure> {
    let lineage = region::lineage(writing.tx(), id).await?;
    let name = RegionName { region: id.clone() };
    match region_committee::nearest(writing.tx(), &lineage).await? {
        Some(own) if own.region == *id => Err(Error::new(&reasons::REGION_COMMITTEE_EXISTS).with("name", name).into()),
        Some(above) if by_operator => Err(Error::new(&reasons::REGION_ADMINISTERED_FROM_ABOVE)
            .with("name", name)
            .with("above", RegionName { region: above.region })
            .into()),
        Some(_) | None => Ok(()),
    }
}

async fn insert(writing: &Writing<'_>, made: &RegionCommittee) -> Result<(), Failure> {
    let name = RegionName {
        region: made.region.clone(),
    };
    let inserted = region_committee::insert(writing, made).await;
    inserted.map_err(|failure| {
        if failure.is_unique_violation() {
            Error::new(&reasons::REGION_COMMITTEE_EXISTS).with("name", &name).into()
        } else {
            failure
        }
    })?;
    membership::insert_organization(writing, &made.organization).await?;
    region_committee::authority_changed(writing, &made.region).await?;
    let event = pb::RegionCommitteeEstablished {
        committee: Some(convert::region_committee(made)),
    };
    let place = Scope::Region(made.region.clone());
    writing.tell_at(writing.actor(), &place, name.to_string(), &event).await
}
