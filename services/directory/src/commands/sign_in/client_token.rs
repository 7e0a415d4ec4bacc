use yihe_authz::{Admitted, Principal};
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::ClientName;
use crate::reasons;
use crate::secrets::{self, Purpose};
use crate::store::client;
use crate::throttle::Door;

/// `IssueClientToken`: gives an API client an access token for its secret.
pub async fn issue(
    directory: &Directory,
    admitted: Admitted,
    request: pb::IssueClientTokenRequest,
) -> Result<pb::ClientToken> {
    let throttle = &directory.throttle;
    throttle.admit(Door::ClientToken, admitted.caller().address.as_deref())?;
    let name: ClientName = convert::name("client", &request.client)?;
    throttle.admit_name(Door::ClientToken, &request.client)?;
    admitted.without_target()?;
    let hash = secrets::hash(Purpose::Client, &request.client_secret);
    let found = client::find(directory.reader(), &name.community, name.client).await?;
    if !found.is_some_and(|client| client.accepts(&hash, directory.now())) {
        throttle.failed(Door::ClientToken, &request.client);
        return Err(Error::new(&reasons::SIGN_IN_FAILED));
    }
    let ttl = directory.config.client_token_seconds;
    let (access_token, expires_at) =
        directory
            .access_tokens
            .issue(&Principal::Client(name.client), Some(&name.community), ttl)?;
    tracing::info!(client = %name, "client token issued");
    Ok(pb::ClientToken {
        access_token,
        expire_time: Some(expires_at.to_proto()),
    })
}
