use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::{appointment::end as appointments, client::revoke as clients};
use crate::convert;
use crate::directory::Directory;
use crate::domain::membership::Membership;
use crate::domain::names::MembershipName;
use crate::queries::membership::find;
use crate::store::{Writing, appointment, client, community, invitation, membership};

/// `EndMembership`: ends a membership with its appointments and clients.
pub async fn end(
    directory: &Directory,
    admitted: Admitted,
    request: pb::EndMembershipRequest,
) -> Result<pb::Membership> {
    let name: MembershipName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let community = name.community.clone();
    let (ended, sequence) = directory
        .write(
            "directory.end_membership",
            by,
            (name, request.etag),
            |writing, (name, etag)| Box::pin(write(writing, name, etag)),
        )
        .await?;
    tracing::info!(membership = %ended.name(), "membership ended");
    Ok(pb::Membership {
        revision: directory.revision(&community, sequence),
        ..convert::membership(&ended)
    })
}

async fn write(writing: &Writing<'_>, name: &MembershipName, etag: &str) -> Result<(Membership, u64), Failure> {
    let (id, organization, now) = (&name.community, name.membership, writing.now);
    community::lock(writing, id).await?;
    let found = membership::find(writing.tx(), id, organization).await?;
    let ended = found.ok_or_else(|| Error::not_found(name))?.end(etag, now)?;
    membership::update(writing, &ended).await?;
    let event = pb::MembershipEnded {
        membership: Some(convert::membership(&ended)),
    };
    writing.tell(id, name, &event).await?;
    for mut held in appointment::of_organization(writing.tx(), id, organization, now).await? {
        held.ended_at = Some(now);
        held.version += 1;
        appointment::update(writing, &held).await?;
        appointments::told(writing, &held).await?;
    }
    for client in client::of_organization(writing.tx(), id, organization).await? {
        clients::revoked(writing, client).await?;
    }
    invitation::close(writing, id, organization).await?;
    let sequence = community::authority_changed(writing, id).await?;
    Ok((ended, sequence))
}
