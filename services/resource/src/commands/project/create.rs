use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::project::NewProject;
use crate::domain::{Organization, Project};
use crate::names::ProjectName;
use crate::service::Service;
use crate::{events, store};

struct Create {
    service: Arc<Service>,
    by: Authorized,
    owner: Organization,
    new: NewProject,
}

pub async fn create(service: &Arc<Service>, request: Request<pb::CreateProjectRequest>) -> Result<pb::Project> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let new = NewProject::try_from(&request)?;
    if let Some(resolution) = &new.resolution {
        service.resolutions.expect(resolution, by.caller()).await?;
    }
    let input = Create {
        service: Arc::clone(service),
        owner: service.acting_organization(&by).await?,
        by,
        new,
    };
    let name = service
        .store
        .transaction("resource.create_project", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "project entered");
    let project = store::project::find(service.reader(), &name).await?;
    Ok(project.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &Create) -> Result<ProjectName, Failure> {
    let (now, new) = (input.service.now(), &input.new);
    let name = ProjectName {
        community: input.by.community()?.clone(),
        project: input.service.store.ids().next(),
    };
    if let Some(earlier) = new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let project = Project {
        name: name.clone(),
        title: new.title.clone(),
        description: new.description.clone(),
        owner: input.owner.clone(),
        resolution: new.resolution.as_ref().map(|name| name.resolution),
        created_at: now,
        ended_at: None,
    };
    store::project::insert(tx, &input.by, &project).await?;
    events::append(tx, &input.by, events::ProjectCreated, &name, &name, now).await?;
    Ok(name)
}
