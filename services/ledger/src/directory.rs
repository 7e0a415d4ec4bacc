//! What this service asks of the directory: whether an organization is a member. Always before a transaction.

use yihe_kernel::{CommunityId, CommunityName, Error, OrganizationId, OrganizationName, Result, reasons};
use yihe_proto::directory::v1::LookupOrganizationsRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::{ServiceLink, remote_error};

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

    /// The organization is a member of the community now; answers what it is called.
    ///
    /// # Errors
    /// `ORGANIZATION_NOT_A_MEMBER`; `UNAVAILABLE` where the directory does not answer.
    pub async fn member(&self, community: &CommunityId, organization: OrganizationId) -> Result<String> {
        let name = OrganizationName { organization };
        let request = LookupOrganizationsRequest {
            community: CommunityName {
                community: community.clone(),
            }
            .to_string(),
            organizations: vec![name.to_string()],
        };
        let answer = self.client.clone().lookup_organizations(request).await;
        let answer = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        let standing = answer.organizations.into_iter().find(|standing| standing.active);
        let standing = standing.ok_or_else(|| Error::new(&reasons::ORGANIZATION_NOT_A_MEMBER).with("name", name))?;
        Ok(standing.display_name)
    }
}
