use std::path::PathBuf;
use std::sync::Arc;

use tonic::service::Routes;
use yihe_authz::{Admitted, Authorized, Capacity, Guard, InternalTokens, Keys, RecordSigner, Snapshots};
use yihe_bus::Source;
use yihe_kernel::{Error, FileName, Result, SharedClock, Timestamp, UserId, reasons};
use yihe_server::{ServiceLink, Tasks, protect};
use yihe_store::{Feed, Outbox, Reader, Store, StoreConfig};

use crate::api::Api;
use crate::calendars::Calendars;
use crate::directory::Directory;
use crate::domain::Member;
use crate::files::Files;
use crate::frozen::FrozenMeetings;
use crate::names::MeetingName;
use crate::rooms::Rooms;
use crate::secrecy::VoteKeys;
use crate::{consumers, migrations, timers};

const NAME: &str = "meeting";

/// What the service is given.
pub struct Deps {
    /// Where it keeps its data.
    pub store: StoreConfig,
    /// The clock.
    pub clock: SharedClock,
    /// The node's keys.
    pub keys: Keys,
    /// The policies.
    pub snapshots: Arc<Snapshots>,
    /// The way to the directory, as this service.
    pub directory: ServiceLink,
    /// The way to the file service, as this service.
    pub files: ServiceLink,
    /// The folder of the keys of open secret votes; all replicas need the same.
    pub vote_keys: PathBuf,
    /// What happens in the directory; without it, memberships of bodies do not end with memberships of the community.
    pub directory_events: Option<Source>,
}

/// A running service.
pub struct Started {
    /// Its router, behind the internal token.
    pub routes: Routes,
    /// What happens in it.
    pub feed: Feed,
    /// The same, for the relay to a bus.
    pub outbox: Outbox,
    /// Its background tasks; they end when this is dropped.
    pub tasks: Tasks,
}

/// Opens the store and starts the service.
///
/// # Errors
/// `STORAGE_BROKEN`, `STORAGE_FULL` or `UNAVAILABLE` where the store cannot be opened.
pub async fn start(deps: Deps) -> Result<Started> {
    let store = Store::open(&deps.store, migrations::migrations, Arc::clone(&deps.clock)).await?;
    let mut tasks = Tasks::default();
    if let Some(directory) = deps.directory_events {
        tasks.spawn(
            "meeting.membership_ended",
            consumers::follow_directory(store.clone(), directory),
        );
    }
    let (feed, outbox) = (store.feed(), store.outbox());
    let service = Arc::new(Service {
        guard: Guard::new(NAME, Arc::clone(&deps.snapshots), Arc::clone(&deps.clock)),
        snapshots: deps.snapshots,
        calendars: Calendars::new(deps.directory.clone())?,
        directory: Directory::new(deps.directory),
        files: Files::new(deps.files),
        frozen: FrozenMeetings::new(store.reader().clone()),
        rooms: Rooms::new(store.feed()),
        vote_keys: VoteKeys::new(deps.vote_keys)?,
        store,
        record: deps.keys.record(),
    });
    tasks.spawn(
        "meeting.timers",
        timers::run(Arc::clone(&deps.clock), timers::of_service(&service)),
    );
    let tokens = InternalTokens::new(&deps.keys, Arc::clone(&deps.clock));
    let routes = protect(Api::routes(service), NAME, tokens, deps.clock);
    Ok(Started {
        routes,
        feed,
        outbox,
        tasks,
    })
}

/// What commands and queries work with.
pub(crate) struct Service {
    pub guard: Guard,
    pub snapshots: Arc<Snapshots>,
    pub directory: Directory,
    pub files: Files,
    pub frozen: FrozenMeetings,
    pub rooms: Rooms,
    /// Working days.
    pub calendars: Calendars,
    pub vote_keys: VoteKeys,
    pub store: Store,
    pub record: RecordSigner,
}

impl Service {
    /// Evidence of what is recorded in a meeting belongs to the meeting.
    ///
    /// # Errors
    /// `FILE_UNKNOWN`, `FILE_ELSEWHERE`; `UNAVAILABLE` where the file service does not answer.
    pub async fn expect_evidence(&self, evidence: Option<&FileName>, meeting: &MeetingName) -> Result<()> {
        match evidence {
            Some(file) => self.files.expect_attached(std::slice::from_ref(file), meeting).await,
            None => Ok(()),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    pub fn reader(&self) -> &Reader {
        self.store.reader()
    }
}

/// Who acts: the organization acted for, or the person itself.
///
/// # Errors
/// `ORGANIZATION_REQUIRED` where neither is there.
pub(crate) fn acting_member(by: &Authorized) -> Result<Member> {
    member(by.caller().capacity, by.user()).ok_or_else(|| Error::new(&crate::reasons::ORGANIZATION_REQUIRED))
}

/// Who calls, before it is known whether it may.
pub(crate) fn calling_member(admitted: &Admitted) -> Option<Member> {
    member(admitted.caller().capacity, admitted.user())
}

/// Who somebody is in a capacity.
pub(crate) fn member(capacity: Capacity, user: Option<UserId>) -> Option<Member> {
    match capacity {
        Capacity::Organization(organization) => Some(Member::Organization(organization)),
        Capacity::Own => user.map(Member::Person),
    }
}

/// The person acting.
pub(crate) fn person(user: Option<UserId>) -> Result<UserId> {
    user.ok_or_else(|| Error::new(&reasons::PERSONS_ONLY))
}
