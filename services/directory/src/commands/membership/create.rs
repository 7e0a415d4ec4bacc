use yihe_authz::Admitted;
use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, OrganizationName, Result};
use yihe_proto::directory::v1::{self as pb, OrganizationKind};
use yihe_store::Failure;

use crate::convert::{self, NewMembership, Registered};
use crate::directory::Directory;
use crate::domain::membership::{Membership, Organization};
use crate::domain::names::MembershipName;
use crate::reasons;
use crate::store::{Writing, community, membership};

struct Wanted {
    request: pb::CreateMembershipRequest,
    community: CommunityName,
    membership: NewMembership,
    id: OrganizationId,
}

/// `CreateMembership`: registers an organization as a member.
pub async fn create(
    directory: &Directory,
    admitted: Admitted,
    request: pb::CreateMembershipRequest,
) -> Result<pb::Membership> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let by = admitted.without_target()?;
    let membership = convert::new_membership(&request)?;
    let id = match &membership.organization {
        Registered::Known(id) => *id,
        Registered::New(..) => directory.store.ids().next(),
    };
    let wanted = Wanted {
        request,
        community: parent.clone(),
        membership,
        id,
    };
    let name = directory
        .write("directory.register", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(membership = %name, "organization registered");
    let name: MembershipName = convert::name("name", &name)?;
    let made = membership::find(directory.reader(), &name.community, name.membership).await?;
    let made = made.ok_or_else(|| Error::not_found(&name))?;
    let community = community::require(directory.reader(), &parent.community).await?;
    let revision = directory.revision(&community.id, community.authority_sequence);
    Ok(pb::Membership {
        revision,
        ..convert::membership(&made)
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<String, Failure> {
    let id = &wanted.community.community;
    let community = community::lock(writing, id).await?;
    let name = MembershipName {
        community: id.clone(),
        membership: wanted.id,
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), wanted.membership.request_id, &wanted.request, &name)
        .await?
    {
        return Ok(name);
    }
    let organization = organization(writing, wanted).await?;
    let former = membership::find(writing.tx(), id, organization.id).await?;
    if former.as_ref().is_some_and(Membership::is_active) {
        let name = OrganizationName {
            organization: organization.id,
        };
        return Err(Error::new(&reasons::ORGANIZATION_ALREADY_MEMBER)
            .with("name", name)
            .into());
    }
    if organization.kind == OrganizationKind::PartyCommittee {
        let name = OrganizationName {
            organization: community.party_committee,
        };
        return Err(Error::new(&reasons::PARTY_COMMITTEE_EXISTS).with("name", name).into());
    }
    check_superior(writing, id, organization.id, wanted.membership.superior).await?;
    let unchanged = former.as_ref().and_then(|former| former.external_ref.clone()) == wanted.membership.external_ref;
    if let Some(text) = wanted.membership.external_ref.as_deref().filter(|_| !unchanged)
        && membership::has_external_ref(writing.tx(), id, text).await?
    {
        return Err(Error::new(&reasons::EXTERNAL_REF_TAKEN)
            .with("external_ref", text)
            .into());
    }
    let made = Membership {
        community: id.clone(),
        organization,
        superior: wanted.membership.superior,
        external_ref: wanted.membership.external_ref.clone(),
        created_at: writing.now,
        ended_at: None,
        version: former.as_ref().map_or(1, |former| former.version + 1),
    };
    match former {
        Some(_) => membership::update(writing, &made).await?,
        None => membership::insert(writing, &made).await?,
    }
    told(writing, &made).await?;
    Ok(name.to_string())
}

async fn organization(writing: &Writing<'_>, wanted: &Wanted) -> Result<Organization, Failure> {
    match &wanted.membership.organization {
        Registered::Known(id) => {
            let name = OrganizationName { organization: *id };
            let unknown = || Error::new(&reasons::ORGANIZATION_NOT_FOUND).with("name", name);
            Ok(membership::find_organization(writing.tx(), *id)
                .await?
                .ok_or_else(unknown)?)
        }
        Registered::New(kind, display_name) => {
            let made = Organization {
                id: wanted.id,
                kind: *kind,
                display_name: display_name.clone(),
            };
            membership::insert_organization(writing, &made).await?;
            Ok(made)
        }
    }
}

async fn check_superior(
    writing: &Writing<'_>,
    community: &CommunityId,
    organization: OrganizationId,
    superior: Option<OrganizationId>,
) -> Result<(), Failure> {
    let Some(superior) = superior else { return Ok(()) };
    let found = membership::find(writing.tx(), community, superior).await?;
    let active = found.is_some_and(|found| found.is_active()) && superior != organization;
    // a former member comes back with the organizations that stayed below it
    if active && !membership::is_below(writing.tx(), community, superior, organization).await? {
        return Ok(());
    }
    let name = OrganizationName { organization: superior };
    Err(Error::new(&reasons::PARENT_NOT_A_MEMBER).with("name", name).into())
}

/// Tells that an organization became a member.
pub async fn told(writing: &Writing<'_>, made: &Membership) -> Result<(), Failure> {
    let event = pb::MembershipRegistered {
        membership: Some(convert::membership(made)),
    };
    writing.tell(&made.community, &made.name(), &event).await
}
