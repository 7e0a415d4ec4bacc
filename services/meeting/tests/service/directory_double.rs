use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tonic::{Request, Response, Status, async_trait};
use yihe_proto::directory::v1::authority_service_server::AuthorityService;
use yihe_proto::directory::v1::calendar_service_server::CalendarService;
use yihe_proto::directory::v1::person_service_server::PersonService;
use yihe_proto::directory::v1::register_service_server::RegisterService;
use yihe_proto::directory::v1::{
    Authority, AuthorityChange, GetAuthorityRequest, GetCalendarsRequest, GetCalendarsResponse, GetRegisterRequest,
    GetRegisterResponse, GetUnitRequest, ImportRegisterRequest, ImportRegisterResponse, ListRegisterRevisionsRequest,
    ListRegisterRevisionsResponse, ListUnitsRequest, ListUnitsResponse, LookupOrganizationsRequest,
    LookupOrganizationsResponse, LookupOwnersRequest, LookupOwnersResponse, LookupPersonsRequest,
    LookupPersonsResponse, NominateVoterRequest, OrganizationStanding, PersonName, RegisterUnit, Unit,
    WatchAuthorityRequest,
};

/// The owners that a person is in a compound.
type OwnersOf = HashMap<(String, String), Vec<String>>;

/// A directory that knows what it was told.
#[derive(Clone, Default)]
pub struct DirectoryDouble {
    known: Arc<Mutex<HashMap<String, OrganizationStanding>>>,
    persons: Arc<Mutex<HashMap<String, String>>>,
    registers: Arc<Mutex<HashMap<String, Vec<RegisterUnit>>>>,
    owners: Arc<Mutex<OwnersOf>>,
    secretaries: Arc<Mutex<Vec<String>>>,
}

impl DirectoryDouble {
    pub fn tell(&self, standing: OrganizationStanding) {
        self.known
            .lock()
            .unwrap()
            .insert(standing.organization.clone(), standing);
    }

    /// A person by its full name.
    pub fn name(&self, user: String, full_name: &str) {
        self.persons.lock().unwrap().insert(user, full_name.to_owned());
    }

    /// The register of a compound, from now on.
    pub fn register(&self, compound: &str, units: Vec<RegisterUnit>) {
        self.registers.lock().unwrap().insert(compound.to_owned(), units);
    }

    /// A person signs in as an owner of a compound.
    pub fn owns(&self, compound: &str, user: String, owner: &str) {
        let key = (compound.to_owned(), user);
        self.owners
            .lock()
            .unwrap()
            .entry(key)
            .or_default()
            .push(owner.to_owned());
    }

    /// A person becomes head of an organization.
    pub fn head(&self, organization: &str, user: String) {
        self.known
            .lock()
            .unwrap()
            .get_mut(organization)
            .unwrap()
            .heads
            .push(user);
    }

    /// A person becomes secretary of the community's committee.
    pub fn secretary(&self, user: String) {
        self.secretaries.lock().unwrap().push(user);
    }

    pub fn end(&self, organization: &str) {
        self.known.lock().unwrap().get_mut(organization).unwrap().active = false;
    }

    pub fn rename(&self, organization: &str, display_name: &str) {
        display_name.clone_into(&mut self.known.lock().unwrap().get_mut(organization).unwrap().display_name);
    }
}

#[async_trait]
impl AuthorityService for DirectoryDouble {
    type WatchAuthorityStream = tokio_stream::Pending<Result<AuthorityChange, Status>>;

    async fn get_authority(&self, _: Request<GetAuthorityRequest>) -> Result<Response<Authority>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }

    async fn watch_authority(
        &self,
        _: Request<WatchAuthorityRequest>,
    ) -> Result<Response<Self::WatchAuthorityStream>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }

    async fn lookup_organizations(
        &self,
        request: Request<LookupOrganizationsRequest>,
    ) -> Result<Response<LookupOrganizationsResponse>, Status> {
        let known = self.known.lock().unwrap();
        let asked = request.into_inner().organizations;
        let organizations = asked.iter().filter_map(|name| known.get(name).cloned()).collect();
        Ok(Response::new(LookupOrganizationsResponse {
            organizations,
            secretaries: self.secretaries.lock().unwrap().clone(),
        }))
    }
}

#[async_trait]
impl PersonService for DirectoryDouble {
    async fn lookup_persons(
        &self,
        request: Request<LookupPersonsRequest>,
    ) -> Result<Response<LookupPersonsResponse>, Status> {
        let persons = self.persons.lock().unwrap();
        let found = request.into_inner().users.into_iter().filter_map(|user| {
            let full_name = persons.get(&user)?.clone();
            Some(PersonName { user, full_name })
        });
        Ok(Response::new(LookupPersonsResponse {
            persons: found.collect(),
        }))
    }
}

#[async_trait]
impl CalendarService for DirectoryDouble {
    async fn get_calendars(&self, _: Request<GetCalendarsRequest>) -> Result<Response<GetCalendarsResponse>, Status> {
        // the years that are shipped are all that these tests need
        Ok(Response::new(GetCalendarsResponse::default()))
    }
}

#[async_trait]
impl RegisterService for DirectoryDouble {
    /// In pages of 500, as a big register comes.
    async fn get_register(
        &self,
        request: Request<GetRegisterRequest>,
    ) -> Result<Response<GetRegisterResponse>, Status> {
        let request = request.into_inner();
        let registers = self.registers.lock().unwrap();
        let Some(units) = registers.get(&request.compound) else {
            return Err(Status::not_found("never imported"));
        };
        let from: usize = request.page_token.parse().unwrap_or_default();
        let page: Vec<_> = units.iter().skip(from).take(500).cloned().collect();
        let next = from + page.len();
        Ok(Response::new(GetRegisterResponse {
            revision: 7,
            units: page,
            next_page_token: if next < units.len() {
                next.to_string()
            } else {
                String::new()
            },
            ..Default::default()
        }))
    }

    async fn lookup_owners(
        &self,
        request: Request<LookupOwnersRequest>,
    ) -> Result<Response<LookupOwnersResponse>, Status> {
        let request = request.into_inner();
        let owners = self.owners.lock().unwrap();
        let owners = owners.get(&(request.compound, request.user)).cloned();
        Ok(Response::new(LookupOwnersResponse {
            owners: owners.unwrap_or_default(),
        }))
    }

    async fn import_register(
        &self,
        _: Request<ImportRegisterRequest>,
    ) -> Result<Response<ImportRegisterResponse>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }

    async fn list_register_revisions(
        &self,
        _: Request<ListRegisterRevisionsRequest>,
    ) -> Result<Response<ListRegisterRevisionsResponse>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }

    async fn list_units(&self, _: Request<ListUnitsRequest>) -> Result<Response<ListUnitsResponse>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }

    async fn get_unit(&self, _: Request<GetUnitRequest>) -> Result<Response<Unit>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }

    async fn nominate_voter(&self, _: Request<NominateVoterRequest>) -> Result<Response<Unit>, Status> {
        Err(Status::unimplemented("not asked by meetings"))
    }
}
