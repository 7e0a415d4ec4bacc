use std::collections::HashMap;
use std::time::Duration;

use tokio::time::timeout;
use yihe_authz::{Capacity, RoleName, Scope};
use yihe_kernel::{CommunityId, CommunityName, OrganizationId, OrganizationName, RegionCode, RegionName};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_proto::directory::v1::region_service_client::RegionServiceClient;
use yihe_proto::directory::v1::{GetRegionRequest, LookupOrganizationsRequest};
use yihe_proto::policy::v1::RoleTerm;
use yihe_server::ServiceLink;

use crate::domain::vocabulary;
use crate::service::Policy;

// an explanation is better late than without names, but not much later
const PATIENCE: Duration = Duration::from_millis(500);

/// What organizations are called, for sentences. One that the directory does not name now goes by its resource name. In a region
/// there is none but the committee that administers it, which goes by what it is.
pub(crate) async fn organization_names(
    policy: &Policy,
    scope: &Scope,
    organizations: &[OrganizationId],
) -> HashMap<OrganizationId, String> {
    match scope {
        Scope::Community(community) => of_community(&policy.directory, community, organizations).await,
        Scope::Region(_) => of_region(policy, scope, organizations).await,
    }
}

async fn of_region(
    policy: &Policy,
    scope: &Scope,
    organizations: &[OrganizationId],
) -> HashMap<OrganizationId, String> {
    let known = match policy.composer.authorities.of(scope, 0).await {
        Ok(authority) => authority.roles.iter().filter_map(kind_of).collect(),
        Err(_) => HashMap::new(),
    };
    let name = |id: &OrganizationId| match known.get(id) {
        Some(kind) => vocabulary::kind(*kind).0.to_owned(),
        None => OrganizationName { organization: *id }.to_string(),
    };
    organizations.iter().map(|id| (*id, name(id))).collect()
}

fn kind_of(held: &RoleTerm) -> Option<(OrganizationId, OrganizationKind)> {
    let capacity: Capacity = held.capacity.parse().ok()?;
    let role: RoleName = held.role.parse().ok()?;
    Some((capacity.organization()?, role.kind()?))
}

async fn of_community(
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
