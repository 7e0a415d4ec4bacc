//! What this service asks of the directory: names, kinds and standing of organizations. Always before a transaction.

use std::collections::HashMap;

use tonic::Code;
use yihe_kernel::{
    CommunityId, CommunityName, CompoundId, CompoundName, Error, OrganizationId, OrganizationName, OwnerId, OwnerName,
    Result, UnitName, UserId, UserName,
};
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_proto::directory::v1::person_service_client::PersonServiceClient;
use yihe_proto::directory::v1::register_service_client::RegisterServiceClient;
use yihe_proto::directory::v1::{
    GetRegisterRequest, LookupOrganizationsRequest, LookupOwnersRequest, LookupPersonsRequest, RegisterUnit,
};
use yihe_server::{ServiceLink, remote_error};

use crate::domain::Organization;
use crate::domain::owners::{Register, RosterUnit};
use crate::names::MeetingName;

const REGISTER_PAGE: i32 = 1000;
// the most that one look-up takes
const BATCH: usize = 1000;

/// The directory.
pub struct Directory {
    client: AuthorityServiceClient<ServiceLink>,
    persons: PersonServiceClient<ServiceLink>,
    registers: RegisterServiceClient<ServiceLink>,
}

impl Directory {
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: AuthorityServiceClient::new(link.clone()),
            persons: PersonServiceClient::new(link.clone()),
            registers: RegisterServiceClient::new(link),
        }
    }

    /// The register of a compound, all of it at one revision.
    ///
    /// # Errors
    /// `ROSTER_EMPTY` where it has no units; `UNAVAILABLE` where the directory does not answer.
    pub async fn register(&self, meeting: &MeetingName, compound: CompoundId) -> Result<Register> {
        let mut request = GetRegisterRequest {
            compound: compound_name(&meeting.community, compound),
            page_size: REGISTER_PAGE,
            ..GetRegisterRequest::default()
        };
        let mut units = Vec::new();
        loop {
            let answer = self.registers.clone().get_register(request.clone()).await;
            let answer = match answer {
                Ok(answer) => answer.into_inner(),
                // a compound whose register was never imported has nobody to vote
                Err(status) if status.code() == Code::NotFound && units.is_empty() => break,
                Err(status) => return Err(remote_error(&status, &[])),
            };
            units.extend(answer.units.into_iter().map(roster_unit).collect::<Result<Vec<_>>>()?);
            request.revision = answer.revision;
            request.page_token = answer.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        Register::new(meeting, compound, request.revision, units)
    }

    /// The owners of a compound that a person is now.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the directory does not answer.
    pub async fn owners(&self, community: &CommunityId, compound: CompoundId, user: UserId) -> Result<Vec<OwnerId>> {
        let request = LookupOwnersRequest {
            compound: compound_name(community, compound),
            user: UserName { user }.to_string(),
        };
        let answer = self.registers.clone().lookup_owners(request).await;
        let answer = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        answer.owners.iter().map(|name| owner(name)).collect()
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

    /// The heads of an organization, and the secretary of the community's committee, as the posts are now.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the directory does not answer.
    pub async fn heads(&self, community: &CommunityId, of: OrganizationId) -> Result<(Vec<UserId>, Vec<UserId>)> {
        let request = LookupOrganizationsRequest {
            community: CommunityName {
                community: community.clone(),
            }
            .to_string(),
            organizations: vec![OrganizationName { organization: of }.to_string()],
        };
        let answer = self.client.clone().lookup_organizations(request).await;
        let answer = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        let users = |names: Vec<String>| -> Result<Vec<UserId>> {
            let user = |name: String| name.parse::<UserName>().map(|name| name.user).map_err(Error::internal);
            names.into_iter().map(user).collect()
        };
        let heads = answer.organizations.into_iter().flat_map(|standing| standing.heads);
        Ok((users(heads.collect())?, users(answer.secretaries)?))
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

fn compound_name(community: &CommunityId, compound: CompoundId) -> String {
    CompoundName {
        community: community.clone(),
        compound,
    }
    .to_string()
}

fn owner(name: &str) -> Result<OwnerId> {
    let name: OwnerName = name.parse().map_err(Error::internal)?;
    Ok(name.owner)
}

fn roster_unit(wire: RegisterUnit) -> Result<RosterUnit> {
    let name: UnitName = wire.unit.parse().map_err(Error::internal)?;
    let mut owners: Vec<_> = wire.owners.iter().map(|one| owner(&one.owner)).collect::<Result<_>>()?;
    owners.sort_unstable();
    Ok(RosterUnit {
        unit: name.unit,
        building: wire.building,
        number: wire.number,
        area: u64::try_from(wire.area).map_err(Error::internal)?,
        head: wire.head.parse().map_err(Error::internal)?,
        owners,
        nominee: match wire.nominee.as_str() {
            "" => None,
            name => Some(owner(name)?),
        },
    })
}
