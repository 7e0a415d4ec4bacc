//! What this service asks of the directory: names, kinds and standing of organizations. Always before a transaction.

use std::collections::HashMap;

use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, OrganizationName, Result, UserId, UserName};
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_proto::directory::v1::person_service_client::PersonServiceClient;
use yihe_proto::directory::v1::{LookupOrganizationsRequest, LookupPersonsRequest};
use yihe_server::{ServiceLink, remote_error};

use crate::domain::Organization;

// the most that one look-up takes
const BATCH: usize = 1000;

/// The directory.
pub struct Directory {
    client: AuthorityServiceClient<ServiceLink>,
    persons: PersonServiceClient<ServiceLink>,
}

impl Directory {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: AuthorityServiceClient::new(link.clone()),
            persons: PersonServiceClient::new(link),
        }
    }

    /// Full names of persons; unknown and erased ones are left out.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the directory does not answer.
    pub async fn persons(&self, ids: impl IntoIterator<Item = UserId>) -> Result<HashMap<UserId, String>> {
        let users: Vec<_> = ids.into_iter().map(|user| UserName { user }.to_string()).collect();
        let mut names = HashMap::with_capacity(users.len());
        for batch in users.chunks(BATCH) {
            let request = LookupPersonsRequest { users: batch.to_vec() };
            let answer = self
                .persons
                .clone()
                .lookup_persons(request)
                .await
                .map_err(|status| remote_error(&status, &[]))?;
            for person in answer.into_inner().persons {
                let name: UserName = person.user.parse().map_err(Error::internal)?;
                names.insert(name.user, person.full_name);
            }
        }
        Ok(names)
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
