use yihe_authz::Admitted;
use yihe_kernel::{CommunityName, Error, OrganizationId, OrganizationName, Result};
use yihe_proto::directory::v1::{self as pb, OrganizationKind};
use yihe_store::Failure;

use crate::convert::{self, NewCompound};
use crate::directory::{Directory, settle};
use crate::domain::compound::Compound;
use crate::domain::facts::Facts;
use crate::domain::names::{CompoundId, CompoundName};
use crate::reasons;
use crate::store::{Writing, community, compound, membership};

struct Wanted {
    request: pb::CreateCompoundRequest,
    community: CommunityName,
    compound: NewCompound,
    id: CompoundId,
}

/// `CreateCompound`: registers a compound.
pub async fn create(
    directory: &Directory,
    admitted: Admitted,
    request: pb::CreateCompoundRequest,
) -> Result<pb::Compound> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let by = settle(
        admitted,
        Facts::owned_by(convert::organization_named(&request.owners_committee)),
    )?;
    let compound = convert::new_compound(&request)?;
    let wanted = Wanted {
        request,
        community: parent,
        compound,
        id: directory.store.ids().next(),
    };
    let name = directory
        .write("directory.create_compound", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(compound = %name, "compound registered");
    let name: CompoundName = convert::name("name", &name)?;
    let made = compound::find(directory.reader(), &name.community, name.compound).await?;
    Ok(convert::compound(&made.ok_or_else(|| Error::not_found(&name))?))
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<String, Failure> {
    let id = &wanted.community.community;
    community::lock(writing, id).await?;
    let name = CompoundName {
        community: id.clone(),
        compound: wanted.id,
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), wanted.compound.request_id, &wanted.request, &name)
        .await?
    {
        return Ok(name);
    }
    if let Some(committee) = wanted.compound.owners_committee {
        check_committee(writing, wanted, committee).await?;
    }
    let made = Compound {
        community: id.clone(),
        id: wanted.id,
        display_name: wanted.compound.display_name.clone(),
        owners_committee: wanted.compound.owners_committee,
        created_at: writing.now,
    };
    compound::insert(writing, &made).await?;
    let event = pb::CompoundRegistered {
        compound: Some(convert::compound(&made)),
    };
    writing.tell(id, &name, &event).await?;
    Ok(name.to_string())
}

async fn check_committee(writing: &Writing<'_>, wanted: &Wanted, committee: OrganizationId) -> Result<(), Failure> {
    let id = &wanted.community.community;
    let name = OrganizationName {
        organization: committee,
    };
    let organization = membership::require_active(writing.tx(), id, committee).await?;
    if organization.kind != OrganizationKind::OwnersCommittee {
        return Err(Error::new(&reasons::NOT_AN_OWNERS_COMMITTEE).with("name", name).into());
    }
    if compound::of_owners_committee(writing.tx(), id, committee)
        .await?
        .is_some()
    {
        return Err(Error::new(&reasons::OWNERS_COMMITTEE_TAKEN).with("name", name).into());
    }
    Ok(())
}
