use yihe_authz::Admitted;
use yihe_kernel::{Error, OrganizationName, Result};
use yihe_proto::directory::v1::{self as pb, OrganizationKind};
use yihe_store::Failure;

use crate::convert::{self, NewContract};
use crate::directory::Directory;
use crate::domain::compound::{ServiceContract, check_unserved};
use crate::domain::names::{CompoundName, ServiceContractId, ServiceContractName};
use crate::domain::term;
use crate::queries::compound::find;
use crate::reasons;
use crate::store::{Writing, community, compound, membership};

struct Wanted {
    request: pb::CreateServiceContractRequest,
    compound: CompoundName,
    contract: NewContract,
    id: ServiceContractId,
}

/// `CreateServiceContract`: records who serves a compound.
pub async fn create(
    directory: &Directory,
    admitted: Admitted,
    request: pb::CreateServiceContractRequest,
) -> Result<pb::ServiceContract> {
    let parent: CompoundName = convert::name("parent", &request.parent)?;
    let (_, by) = find(directory, admitted, &parent).await?;
    let contract = convert::new_contract(&request)?;
    let wanted = Wanted {
        request,
        compound: parent,
        contract,
        id: directory.store.ids().next(),
    };
    let name = directory
        .write("directory.create_service_contract", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(contract = %name, "service contract recorded");
    let name: ServiceContractName = convert::name("name", &name)?;
    let made = compound::find_contract(
        directory.reader(),
        &name.community,
        name.compound,
        name.service_contract,
    )
    .await?;
    Ok(convert::service_contract(&made.ok_or_else(|| Error::not_found(&name))?))
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<String, Failure> {
    let CompoundName {
        community: id,
        compound,
    } = &wanted.compound;
    let (contract, now) = (&wanted.contract, writing.now);
    community::lock(writing, id).await?;
    let name = ServiceContractName {
        community: id.clone(),
        compound: *compound,
        service_contract: wanted.id,
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), contract.request_id, &wanted.request, &name)
        .await?
    {
        return Ok(name);
    }
    let company = membership::require_active(writing.tx(), id, contract.property_company).await?;
    if company.kind != OrganizationKind::PropertyCompany {
        let name = OrganizationName {
            organization: company.id,
        };
        return Err(Error::new(&reasons::NOT_A_PROPERTY_COMPANY).with("name", name).into());
    }
    let term = term::beginning(contract.start_at, contract.end_at, now)?;
    check_unserved(
        term,
        &compound::contracts(writing.tx(), id, *compound, None, None).await?,
    )?;
    let made = ServiceContract {
        community: id.clone(),
        compound: *compound,
        id: wanted.id,
        property_company: company.id,
        start_at: contract.start_at.unwrap_or(now),
        end_at: contract.end_at,
        ended_at: None,
    };
    compound::insert_contract(writing, &made).await?;
    let event = pb::ServiceContractMade {
        service_contract: Some(convert::service_contract(&made)),
    };
    writing.tell(id, &name, &event).await?;
    Ok(name.to_string())
}
