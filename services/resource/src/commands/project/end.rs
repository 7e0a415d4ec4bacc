use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Project;
use crate::names::ProjectName;
use crate::service::Service;
use crate::{events, store};

struct End {
    service: Arc<Service>,
    by: Authorized,
    name: ProjectName,
}

pub async fn end(service: &Arc<Service>, request: Request<pb::EndProjectRequest>) -> Result<pb::Project> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (by, found) = service.project(admitted, &name("name", &request.name)?).await?;
    let input = End {
        service: Arc::clone(service),
        by,
        name: found.name,
    };
    let project = service
        .store
        .transaction("resource.end_project", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %project.name, "project ended");
    Ok(project.into())
}

async fn apply(tx: &Tx, input: &End) -> Result<Project, Failure> {
    let now = input.service.now();
    let project = store::project::hold(tx, &input.name).await?.end(now)?;
    store::project::save(tx, &input.by, &project).await?;
    events::append(tx, &input.by, events::ProjectEnded, &input.name, &input.name, now).await?;
    Ok(project)
}
