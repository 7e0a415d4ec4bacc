//! What this service asks of the directory: names, kinds and standing of organizations. Always before a transaction.

use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, OrganizationName, Result};
use yihe_proto::directory::v1::LookupOrganizationsRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::{ServiceLink, remote_error};

use crate::domain::Organization;

// the most that one look-up takes
const BATCH: usize = 1000;

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

    /// The organizations that are known in the community, in the order asked for; unknown ones are left out.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the directory does not answer.
    pub async fn organizations(&self, community: &CommunityId, ids: &[OrganizationId]) -> Result<Vec<Organization>> {
        let mut found = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let request = LookupOrganizationsRequest {
                community: CommunityName {
                    community: community.clone(),
                }
                .to_string(),
                organizations: batch
                    .iter()
                    .map(|id| OrganizationName { organization: *id }.to_string())
                    .collect(),
            };
            let answer = self
                .client
                .clone()
                .lookup_organizations(request)
                .await
                .map_err(|status| remote_error(&status, &[]))?;
            for standing in answer.into_inner().organizations {
                let name: OrganizationName = standing.organization.parse().map_err(Error::internal)?;
                found.push(Organization {
                    id: name.organization,
                    kind: standing.kind(),
                    display_name: standing.display_name,
                    active: standing.active,
                });
            }
        }
        found.sort_by_key(|organization| ids.iter().position(|id| *id == organization.id));
        Ok(found)
    }
}
