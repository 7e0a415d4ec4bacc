//! What this service asks of the directory: names, kinds and standing of organizations. Always before a transaction.

use std::time::Duration;

use moka::sync::Cache;
use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, OrganizationName, Result};
use yihe_proto::directory::v1::LookupOrganizationsRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::{ServiceLink, remote_error};

use crate::domain::Organization;
use crate::names;

/// How long a name and a kind are taken for what they were. Whether somebody may still act for the organization is no question of
/// this: a membership that ends takes its people's roles, and the guard knows that at once.
const KNOWN_FOR: Duration = Duration::from_secs(5);
const KNOWN: u64 = 10_000;

/// The directory.
pub struct Directory {
    client: AuthorityServiceClient<ServiceLink>,
    known: Cache<(CommunityId, OrganizationId), Organization>,
}

impl Directory {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: AuthorityServiceClient::new(link),
            known: Cache::builder().max_capacity(KNOWN).time_to_live(KNOWN_FOR).build(),
        }
    }

    /// An organization for which somebody acts who was let in: what it is called, and of what kind it is.
    ///
    /// # Errors
    /// `ORGANIZATION_NOT_A_MEMBER`; `UNAVAILABLE` where the directory does not answer.
    pub async fn acting(&self, community: &CommunityId, id: OrganizationId) -> Result<Organization> {
        let key = (community.clone(), id);
        if let Some(known) = self.known.get(&key) {
            return Ok(known);
        }
        let found = Organization::member_of(self.members(community, &[id]).await?, id)?;
        self.known.insert(key, found.clone());
        Ok(found)
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
