//! Whether a project or a claim goes on: asked by services that do something for one.

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use crate::domain::ClaimState;
use crate::names::{ClaimName, ProjectName};
use crate::service::Service;
use crate::store;

pub async fn facts(service: &Service, request: Request<pb::GetProjectFactsRequest>) -> Result<pb::ProjectFacts> {
    let (_, request) = service.guard.admit(request).await?;
    if let Ok(name) = request.name.parse::<ProjectName>() {
        return project(service, &name).await;
    }
    let Ok(name) = request.name.parse::<ClaimName>() else {
        return Ok(pb::ProjectFacts::default());
    };
    let Some(claim) = store::claim::find(service.reader(), &name).await? else {
        return Ok(pb::ProjectFacts::default());
    };
    let accepted = matches!(claim.state, ClaimState::Accepted | ClaimState::Fulfilled);
    let Some(of) = claim.project else {
        return Ok(pb::ProjectFacts {
            open: accepted,
            project: String::new(),
        });
    };
    let of = ProjectName {
        community: name.community,
        project: of,
    };
    let facts = project(service, &of).await?;
    Ok(pb::ProjectFacts {
        open: accepted && facts.open,
        ..facts
    })
}

async fn project(service: &Service, name: &ProjectName) -> Result<pb::ProjectFacts> {
    let found = store::project::find(service.reader(), name).await?;
    Ok(pb::ProjectFacts {
        open: found.is_some_and(|project| project.ended_at.is_none()),
        project: name.to_string(),
    })
}
