use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::{Directory, settle, sight};
use crate::domain::client::Client;
use crate::domain::facts::Facts;
use crate::domain::names::ClientName;
use crate::store::client;

/// A client that the caller may act on, and the proof.
pub async fn find(directory: &Directory, admitted: Admitted, name: &ClientName) -> Result<(Client, Authorized)> {
    let Some(found) = client::find(directory.reader(), &name.community, name.client).await? else {
        return Err(admitted.missing(name));
    };
    let by = settle(admitted, Facts::from(&found))?;
    Ok((found, by))
}

/// `GetClient`.
pub async fn get(directory: &Directory, admitted: Admitted, request: pb::GetClientRequest) -> Result<pb::Client> {
    let name = convert::name("name", &request.name)?;
    let (found, _) = find(directory, admitted, &name).await?;
    Ok(convert::client(&found))
}

/// `ListClients`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListClientsRequest,
) -> Result<pb::ListClientsResponse> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let sight = sight(admitted);
    let query = format!("clients|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let rows = client::list(
        directory.reader(),
        &parent.community,
        &sight,
        page.after.as_deref(),
        page.limit + 1,
    )
    .await?;
    let (rows, next_page_token) = page.next(rows, |client| client.id.to_string());
    Ok(pb::ListClientsResponse {
        clients: rows.iter().map(convert::client).collect(),
        next_page_token,
    })
}
