//! What this service asks of the directory: names, kinds and standing of organizations. Always before a transaction.

use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, OrganizationName, Result};
use yihe_proto::directory::v1::LookupOrganizationsRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::{ServiceLink, remote_error};

use crate::domain::Organization;
use crate::names;

/// The directory.
pub struct Directory {
    client: AuthorityServiceClient<ServiceLink>,
}

impl Directory {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: AuthorityServiceClient::new(link),
        }
    }

    /// Those of the organizations that are members of the community now.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the directory does not answer.
    pub async fn members(&self, community: &CommunityId, ids: &[OrganizationId]) -> Result<Vec<Organization>> {
        let request = LookupOrganizationsRequest {
            community: CommunityName {
                community: community.clone(),
            }
            .to_string(),
            organizations: ids.iter().map(|id| names::organization(*id)).collect(),
        };
        let answer = self.client.clone().lookup_organizations(request).await;
        let answer = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        let members = answer.organizations.into_iter().filter(|standing| standing.active);
        members
            .map(|standing| {
                let name: OrganizationName = standing.organization.parse().map_err(Error::internal)?;
                Ok(Organization {
                    id: name.organization,
                    kind: standing.kind(),
                    display_name: standing.display_name,
                })
            })
            .collect()
    }
}
