use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::{Directory, settle, sight};
use crate::domain::compound::{Compound, ServiceContract};
use crate::domain::facts::Facts;
use crate::domain::names::{CompoundName, ServiceContractName};
use crate::store::compound;

/// A compound that the caller may act on, and the proof.
pub async fn find(directory: &Directory, admitted: Admitted, name: &CompoundName) -> Result<(Compound, Authorized)> {
    let Some(found) = compound::find(directory.reader(), &name.community, name.compound).await? else {
        return Err(admitted.missing(name));
    };
    let served_by = compound::server(directory.reader(), &found, directory.now()).await?;
    let by = settle(
        admitted,
        Facts {
            owner: found.owners_committee,
            about: None,
            served_by,
        },
    )?;
    Ok((found, by))
}

/// A contract that the caller may act on, and the proof.
pub async fn find_contract(
    directory: &Directory,
    admitted: Admitted,
    name: &ServiceContractName,
) -> Result<(ServiceContract, Authorized)> {
    let (community, compound) = (&name.community, name.compound);
    let parent = compound::find(directory.reader(), community, compound).await?;
    let found = compound::find_contract(directory.reader(), community, compound, name.service_contract).await?;
    let Some((parent, found)) = parent.zip(found) else {
        return Err(admitted.missing(name));
    };
    let served_by = found.term().contains(directory.now()).then_some(found.property_company);
    let by = settle(
        admitted,
        Facts {
            owner: parent.owners_committee,
            about: None,
            served_by,
        },
    )?;
    Ok((found, by))
}

/// `GetCompound`.
pub async fn get(directory: &Directory, admitted: Admitted, request: pb::GetCompoundRequest) -> Result<pb::Compound> {
    let name = convert::name("name", &request.name)?;
    let (found, _) = find(directory, admitted, &name).await?;
    Ok(convert::compound(&found))
}

/// `ListCompounds`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListCompoundsRequest,
) -> Result<pb::ListCompoundsResponse> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let sight = sight(admitted);
    let query = format!("compounds|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (now, after, limit) = (directory.now(), page.after.as_deref(), page.limit + 1);
    let rows = compound::list(directory.reader(), &parent.community, &sight, now, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |compound| compound.id.to_string());
    Ok(pb::ListCompoundsResponse {
        compounds: rows.iter().map(convert::compound).collect(),
        next_page_token,
    })
}

/// `ListServiceContracts`. Who may see the compound's contracts at all sees all of them.
pub async fn list_contracts(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListServiceContractsRequest,
) -> Result<pb::ListServiceContractsResponse> {
    let parent: CompoundName = convert::name("parent", &request.parent)?;
    find(directory, admitted, &parent).await?;
    let query = format!("serviceContracts|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (after, limit) = (page.after.as_deref(), Some(page.limit + 1));
    let rows = compound::contracts(directory.reader(), &parent.community, parent.compound, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |contract| contract.id.to_string());
    let service_contracts = rows.iter().map(convert::service_contract).collect();
    Ok(pb::ListServiceContractsResponse {
        service_contracts,
        next_page_token,
    })
}
