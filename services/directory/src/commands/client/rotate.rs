use yihe_authz::Admitted;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::client::Client;
use crate::domain::names::ClientName;
use crate::queries::client::find;
use crate::secrets::{self, Purpose};
use crate::store::{Writing, client, community};

/// `RotateClientSecret`: gives a client a new secret.
pub async fn rotate(
    directory: &Directory,
    admitted: Admitted,
    request: pb::RotateClientSecretRequest,
) -> Result<pb::RotateClientSecretResponse> {
    let name: ClientName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let secret = secrets::token(Purpose::Client);
    let community = name.community.clone();
    let wanted = (name, secret.hash, request.end_old_secret_now);
    let (rotated, sequence) = directory
        .write(
            "directory.rotate_client_secret",
            by,
            wanted,
            |writing, (name, hash, end_old_now)| Box::pin(write(writing, name, hash, *end_old_now)),
        )
        .await?;
    tracing::info!(client = %rotated.name(), "client secret rotated");
    Ok(pb::RotateClientSecretResponse {
        client: rotated.name().to_string(),
        client_secret: secret.text,
        old_secret_expire_time: old_secret_stops(&rotated).map(Timestamp::to_proto),
        revision: directory.revision(&community, sequence),
    })
}

async fn write(
    writing: &Writing<'_>,
    name: &ClientName,
    hash: &[u8],
    end_old_now: bool,
) -> Result<(Client, u64), Failure> {
    let community = community::lock(writing, &name.community).await?;
    let found = client::find(writing.tx(), &name.community, name.client).await?;
    let rotated = found
        .ok_or_else(|| Error::not_found(name))?
        .rotate(hash.to_vec(), end_old_now, writing.now)?;
    client::update(writing, &rotated).await?;
    let event = pb::ClientSecretRotated {
        client: Some(convert::client(&rotated)),
        old_secret_expire_time: old_secret_stops(&rotated).map(Timestamp::to_proto),
    };
    writing.tell(&name.community, name, &event).await?;
    let sequence = if end_old_now {
        community::authority_changed(writing, &name.community).await?
    } else {
        community.authority_sequence
    };
    Ok((rotated, sequence))
}

fn old_secret_stops(rotated: &Client) -> Option<Timestamp> {
    let overlapping = rotated.previous.as_ref().map(|(_, until)| *until);
    overlapping.or(rotated.rotated_at)
}
