use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tonic::{Request, Response, Status, async_trait};
use yihe_proto::directory::v1::authority_service_server::AuthorityService;
use yihe_proto::directory::v1::calendar_service_server::CalendarService;
use yihe_proto::directory::v1::person_service_server::PersonService;
use yihe_proto::directory::v1::{
    Authority, AuthorityChange, GetAuthorityRequest, GetCalendarsRequest, GetCalendarsResponse,
    LookupOrganizationsRequest, LookupOrganizationsResponse, LookupPersonsRequest, LookupPersonsResponse,
    OrganizationStanding, PersonName, WatchAuthorityRequest,
};

/// A directory that knows what it was told.
#[derive(Clone, Default)]
pub struct DirectoryDouble {
    known: Arc<Mutex<HashMap<String, OrganizationStanding>>>,
    persons: Arc<Mutex<HashMap<String, String>>>,
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
            ..Default::default()
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
