//! In the directory's place: says what a test puts into it, and can fall silent or break.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{BoxStream, once, unfold};
use tokio::sync::broadcast;
use tokio::time::{sleep, timeout};
use tonic::{Request, Response, Status};
use yihe_authz::InternalClaims;
use yihe_kernel::{Error, reasons};
use yihe_proto::directory::v1::authority_service_server::AuthorityService;
use yihe_proto::directory::v1::region_service_server::RegionService;
use yihe_proto::directory::v1::{
    Authority, AuthorityChange, GetAuthorityRequest, GetRegionRequest, ListRegionsRequest, ListRegionsResponse,
    LookupOrganizationsRequest, LookupOrganizationsResponse, Region, WatchAuthorityRequest,
};

use crate::people::standings;

const KEEP_ALIVE: Duration = Duration::from_millis(50);

pub struct Directory {
    authorities: Mutex<BTreeMap<String, Authority>>,
    /// `None` ends the watches there are.
    told: broadcast::Sender<Option<AuthorityChange>>,
    pub fetches: AtomicUsize,
    pub watches: AtomicUsize,
    /// Says nothing any more, keep-alives included, and lets nobody watch.
    pub silent: Arc<AtomicBool>,
}

impl Directory {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            authorities: Mutex::default(),
            told: broadcast::Sender::new(100),
            fetches: AtomicUsize::new(0),
            watches: AtomicUsize::new(0),
            silent: Arc::default(),
        })
    }

    /// Puts a community's authority into force and tells of it.
    pub fn put(&self, authority: Authority) {
        let change = change(&authority);
        self.put_untold(authority);
        let _ = self.told.send(Some(change));
    }

    /// Puts a community's authority into force; whoever asks gets it.
    pub fn put_untold(&self, authority: Authority) {
        self.authorities
            .lock()
            .unwrap()
            .insert(authority.community.clone() + authority.region.as_str(), authority);
    }

    /// Ends the watches, as a restart does.
    pub fn break_watches(&self) {
        let _ = self.told.send(None);
    }

    pub fn fetched(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    fn check(&self, claims: Option<&InternalClaims>) -> Result<(), Status> {
        assert_eq!(
            claims.map(|claims| claims.principal.to_string()).as_deref(),
            Some("services/policy")
        );
        if self.silent.load(Ordering::SeqCst) {
            return Err(Error::new(&reasons::UNAVAILABLE).with("detail", "silent").into());
        }
        Ok(())
    }
}

fn change(authority: &Authority) -> AuthorityChange {
    AuthorityChange {
        community: authority.community.clone(),
        sequence: authority.sequence,
        caught_up: false,
        region: authority.region.clone(),
    }
}

#[tonic::async_trait]
impl AuthorityService for Directory {
    type WatchAuthorityStream = BoxStream<'static, Result<AuthorityChange, Status>>;

    async fn get_authority(&self, request: Request<GetAuthorityRequest>) -> Result<Response<Authority>, Status> {
        self.check(request.extensions().get())?;
        self.fetches.fetch_add(1, Ordering::SeqCst);
        // long enough for others to come meanwhile
        sleep(Duration::from_millis(20)).await;
        let GetAuthorityRequest { community, region } = request.into_inner();
        let name = community + region.as_str();
        let found = self.authorities.lock().unwrap().get(&name).cloned();
        found.map(Response::new).ok_or_else(|| Error::not_found(name).into())
    }

    async fn watch_authority(
        &self,
        request: Request<WatchAuthorityRequest>,
    ) -> Result<Response<Self::WatchAuthorityStream>, Status> {
        self.check(request.extensions().get())?;
        self.watches.fetch_add(1, Ordering::SeqCst);
        let told = self.told.subscribe();
        let known: Vec<_> = self.authorities.lock().unwrap().values().map(change).map(Ok).collect();
        let caught_up = AuthorityChange {
            caught_up: true,
            ..AuthorityChange::default()
        };
        let silent = Arc::clone(&self.silent);
        let later = unfold((told, silent), |(mut told, silent)| async move {
            loop {
                match timeout(KEEP_ALIVE, told.recv()).await {
                    Ok(Ok(Some(change))) => return Some((Ok(change), (told, silent))),
                    Ok(_) => return None,
                    Err(_) if silent.load(Ordering::SeqCst) => {}
                    Err(_) => return Some((Ok(AuthorityChange::default()), (told, silent))),
                }
            }
        });
        Ok(Response::new(
            futures::stream::iter(known)
                .chain(once(async { Ok(caught_up) }))
                .chain(later)
                .boxed(),
        ))
    }

    async fn lookup_organizations(
        &self,
        request: Request<LookupOrganizationsRequest>,
    ) -> Result<Response<LookupOrganizationsResponse>, Status> {
        self.check(request.extensions().get())?;
        let wanted = request.into_inner().organizations;
        let organizations = standings()
            .into_iter()
            .filter(|known| wanted.contains(&known.organization))
            .collect();
        Ok(Response::new(LookupOrganizationsResponse {
            organizations,
            ..Default::default()
        }))
    }
}

#[tonic::async_trait]
impl RegionService for Directory {
    async fn get_region(&self, request: Request<GetRegionRequest>) -> Result<Response<Region>, Status> {
        self.check(request.extensions().get())?;
        let name = request.into_inner().name;
        if name != "regions/440399" {
            return Err(Error::not_found(name).into());
        }
        Ok(Response::new(Region {
            name,
            display_name: "龙城区".to_owned(),
            ..Default::default()
        }))
    }

    async fn list_regions(&self, _: Request<ListRegionsRequest>) -> Result<Response<ListRegionsResponse>, Status> {
        Ok(Response::new(ListRegionsResponse::default()))
    }
}
