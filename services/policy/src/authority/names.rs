use std::collections::HashMap;
use std::time::Duration;

use tokio::time::timeout;
use yihe_kernel::{CommunityId, CommunityName, OrganizationId, OrganizationName, RegionCode, RegionName};
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_proto::directory::v1::region_service_client::RegionServiceClient;
use yihe_proto::directory::v1::{GetRegionRequest, LookupOrganizationsRequest};
use yihe_server::ServiceLink;

// an explanation is better late than without names, but not much later
const PATIENCE: Duration = Duration::from_millis(500);

/// What organizations are called, for sentences. One that the directory does not name now goes by its resource name.
pub(crate) async fn organization_names(
    directory: &ServiceLink,
    community: &CommunityId,
    organizations: &[OrganizationId],
) -> HashMap<OrganizationId, String> {
    let mut names: HashMap<_, _> = organizations
        .iter()
        .map(|id| (*id, OrganizationName { organization: *id }.to_string()))
        .collect();
    if names.is_empty() {
        return names;
    }
    let request = LookupOrganizationsRequest {
        community: CommunityName {
            community: community.clone(),
        }
        .to_string(),
        organizations: names.values().cloned().collect(),
    };
    let mut client = AuthorityServiceClient::new(directory.clone());
    let Ok(Ok(answer)) = timeout(PATIENCE, client.lookup_organizations(request)).await else {
        return names;
    };
    for standing in answer.into_inner().organizations {
        if let Ok(name) = standing.organization.parse::<OrganizationName>() {
            names.insert(name.organization, standing.display_name);
        }
    }
    names
}

/// What a region is called, for sentences; `None` where the directory does not tell now.
pub(crate) async fn region_name(directory: &ServiceLink, region: &RegionCode) -> Option<String> {
    let name = RegionName { region: region.clone() }.to_string();
    let mut client = RegionServiceClient::new(directory.clone());
    let answer = timeout(PATIENCE, client.get_region(GetRegionRequest { name })).await;
    Some(answer.ok()?.ok()?.into_inner().display_name)
}
