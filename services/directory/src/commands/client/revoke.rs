use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::client::Client;
use crate::domain::names::ClientName;
use crate::queries::client::find;
use crate::store::{Writing, client, community};

/// `RevokeClient`: ends a client and its tokens for good.
pub async fn revoke(directory: &Directory, admitted: Admitted, request: pb::RevokeClientRequest) -> Result<pb::Client> {
    let name: ClientName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let community = name.community.clone();
    let (ended, sequence) = directory
        .write("directory.revoke_client", by, name, |writing, name| {
            Box::pin(write(writing, name))
        })
        .await?;
    tracing::info!(client = %ended.name(), "client revoked");
    Ok(pb::Client {
        revision: directory.revision(&community, sequence),
        ..convert::client(&ended)
    })
}

async fn write(writing: &Writing<'_>, name: &ClientName) -> Result<(Client, u64), Failure> {
    community::lock(writing, &name.community).await?;
    let found = client::find(writing.tx(), &name.community, name.client).await?;
    let ended = revoked(writing, found.ok_or_else(|| Error::not_found(name))?).await?;
    let sequence = community::authority_changed(writing, &name.community).await?;
    Ok((ended, sequence))
}

/// Revokes a client and tells so.
pub async fn revoked(writing: &Writing<'_>, client: Client) -> Result<Client, Failure> {
    let ended = client.revoke(writing.now)?;
    client::update(writing, &ended).await?;
    let event = pb::ClientRevoked {
        client: Some(convert::client(&ended)),
    };
    writing.tell(&ended.community, &ended.name(), &event).await?;
    Ok(ended)
}
