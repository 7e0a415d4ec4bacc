use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::compound::ServiceContract;
use crate::domain::names::ServiceContractName;
use crate::queries::compound::find_contract;
use crate::store::{Writing, community, compound};

/// `EndServiceContract`: ends a contract at once.
pub async fn end(
    directory: &Directory,
    admitted: Admitted,
    request: pb::EndServiceContractRequest,
) -> Result<pb::ServiceContract> {
    let name: ServiceContractName = convert::name("name", &request.name)?;
    let (_, by) = find_contract(directory, admitted, &name).await?;
    let ended = directory
        .write("directory.end_service_contract", by, name, |writing, name| {
            Box::pin(write(writing, name))
        })
        .await?;
    tracing::info!(contract = %ended.name(), "service contract ended");
    Ok(convert::service_contract(&ended))
}

async fn write(writing: &Writing<'_>, name: &ServiceContractName) -> Result<ServiceContract, Failure> {
    community::lock(writing, &name.community).await?;
    let found = compound::find_contract(writing.tx(), &name.community, name.compound, name.service_contract).await?;
    let ended = found.ok_or_else(|| Error::not_found(name))?.end(writing.now)?;
    compound::update_contract(writing, &ended).await?;
    let event = pb::ServiceContractEnded {
        service_contract: Some(convert::service_contract(&ended)),
    };
    writing.tell(&name.community, name, &event).await?;
    Ok(ended)
}
