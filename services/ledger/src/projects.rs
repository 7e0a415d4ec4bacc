//! What this service asks of the resource service: that a project or a claim goes on. Always before a transaction.

use yihe_kernel::{Error, Result};
use yihe_proto::resource::v1::project_facts_service_client::ProjectFactsServiceClient;
use yihe_proto::resource::v1::{GetProjectFactsRequest, ProjectFacts};
use yihe_server::{ServiceLink, remote_error};

use crate::domain::Serves;
use crate::names::{ClaimName, ProjectName};
use crate::reasons;

/// The resource service.
pub struct Projects {
    client: ProjectFactsServiceClient<ServiceLink>,
}

impl Projects {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: ProjectFactsServiceClient::new(link),
        }
    }

    /// The project and the claim that are named go on. A claim brings its project along.
    ///
    /// # Errors
    /// `PROJECT_UNKNOWN`, `CLAIM_UNKNOWN`; `UNAVAILABLE` where the resource service does not answer.
    pub async fn expect_open(&self, project: Option<&ProjectName>, claim: Option<&ClaimName>) -> Result<Serves> {
        let Some(claim) = claim else {
            return self.project(project).await;
        };
        let facts = self.facts(claim.to_string()).await?;
        if !facts.open {
            return Err(Error::new(&reasons::CLAIM_UNKNOWN).with("name", claim));
        }
        if let Some(name) = project.filter(|name| name.to_string() != facts.project) {
            return Err(Error::new(&reasons::PROJECT_UNKNOWN).with("name", name));
        }
        let of_claim: Option<ProjectName> = match facts.project.as_str() {
            "" => None,
            name => Some(name.parse().map_err(Error::internal)?),
        };
        Ok(Serves {
            project: of_claim.map(|name| name.project),
            claim: Some(claim.claim),
        })
    }

    async fn project(&self, project: Option<&ProjectName>) -> Result<Serves> {
        if let Some(name) = project
            && !self.facts(name.to_string()).await?.open
        {
            return Err(Error::new(&reasons::PROJECT_UNKNOWN).with("name", name));
        }
        Ok(Serves {
            project: project.map(|name| name.project),
            claim: None,
        })
    }

    async fn facts(&self, name: String) -> Result<ProjectFacts> {
        let answer = self
            .client
            .clone()
            .get_project_facts(GetProjectFactsRequest { name })
            .await;
        Ok(answer.map_err(|status| remote_error(&status, &[]))?.into_inner())
    }
}
