use yihe_authz::Admitted;
use yihe_kernel::{Error, Result, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::OwnerName;
use crate::queries::owner::find;
use crate::store::{Writing, community, owner};

/// `UnlinkOwner`: nobody signs in as the owner any more.
pub async fn unlink(
    directory: &Directory,
    admitted: Admitted,
    request: pb::UnlinkOwnerRequest,
) -> Result<pb::UnlinkOwnerResponse> {
    let name: OwnerName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let sequence = directory
        .write("directory.unlink_owner", by, name.clone(), |writing, name| {
            Box::pin(write(writing, name))
        })
        .await?;
    tracing::info!(owner = %name, "owner unlinked");
    Ok(pb::UnlinkOwnerResponse {
        revision: directory.revision(&name.community, sequence),
    })
}

async fn write(writing: &Writing<'_>, name: &OwnerName) -> Result<u64, Failure> {
    community::lock(writing, &name.community).await?;
    let found = owner::find(writing.tx(), name).await?;
    let user = found.ok_or_else(|| Error::not_found(name))?.linked()?;
    owner::link(writing, name, None).await?;
    let event = pb::OwnerUnlinked {
        owner: name.to_string(),
        user: UserName { user }.to_string(),
    };
    writing.tell(&name.community, name, &event).await?;
    community::authority_changed(writing, &name.community).await
}
