//! Following a history: what is recorded from a place on, then what is recorded, as it is recorded.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};
use yihe_authz::{Caller, Scope, refusal};
use yihe_kernel::{CommunityId, Error, Result, reasons};
use yihe_proto::Guarded;
use yihe_proto::record::v1 as pb;

use crate::service::Service;
use crate::sight::Sight;
use crate::store::event::{Stretch, Wanted};
use crate::{convert, cursor, store};

/// Events of one message at most.
const BATCH: u64 = 100;
/// Messages that wait for a slow reader; after these its stream waits.
const WAITING: usize = 4;
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// What a decision allows is good for so long, unless the policies change.
const DECIDED: Duration = Duration::from_secs(1);
/// How long what another replica recorded may go unseen where no bus tells of it.
const LOOK: Duration = Duration::from_secs(1);
/// A burst of commits is read once.
const REST: Duration = Duration::from_millis(10);

/// The messages of a stream.
pub type Told = BoxStream<'static, Result<pb::SubscribeResponse, Status>>;

pub async fn subscribe(service: &Arc<Service>, request: Request<pb::SubscribeRequest>) -> Result<Told> {
    let (admitted, request) = service.guard.admit(request).await?;
    let permission = request
        .scopes()
        .first()
        .map(|(permission, _)| *permission)
        .unwrap_or_default();
    let by = admitted.without_target()?;
    let community = by.community()?;
    let wanted = convert::wanted("filter", request.filter.as_ref())?;
    let place = if request.only_new && request.cursor.is_empty() {
        store::event::last(service.reader(), community).await?
    } else {
        cursor::open(&service.store, community, &request.cursor)?
    };
    let (out, answer) = mpsc::channel(WAITING);
    let subscriber = Subscriber {
        service: Arc::clone(service),
        caller: by.caller().clone(),
        permission,
        community: community.clone(),
        wanted,
        place,
        told_at: None,
        decided_at: None,
        sight: Sight::default(),
        out,
    };
    tokio::spawn(subscriber.run());
    Ok(Box::pin(ReceiverStream::new(answer)))
}

struct Subscriber {
    service: Arc<Service>,
    caller: Caller,
    permission: &'static str,
    community: CommunityId,
    wanted: Wanted,
    /// Everything up to here was told, or is not for this stream.
    place: i64,
    told_at: Option<Instant>,
    decided_at: Option<Instant>,
    /// What the caller may read, as of the last decision.
    sight: Sight,
    out: mpsc::Sender<Result<pb::SubscribeResponse, Status>>,
}

/// Why a stream ends.
enum Ended {
    /// The caller has gone.
    Gone,
    Refused(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Subscriber {
    async fn run(mut self) {
        if let Err(Ended::Refused(error)) = self.follow().await {
            // whoever has gone meanwhile needs no reason
            let _ = self.out.send(Err(error.into())).await;
        }
    }

    async fn follow(&mut self) -> Result<(), Ended> {
        let mut policies = self.service.snapshots.changes();
        let mut feed = self.service.store.feed();
        let out = self.out.clone();
        loop {
            self.catch_up(&mut policies).await?;
            if self.told_at.is_none_or(|told_at| told_at.elapsed() >= KEEP_ALIVE) {
                self.tell(Vec::new()).await?;
            }
            tokio::select! {
                () = out.closed() => return Err(Ended::Gone),
                // the store is gone: so is this service
                committed = feed.changed() => {
                    if !committed {
                        return Err(Ended::Gone);
                    }
                    sleep(REST).await;
                }
                changed = policies.changed() => {
                    if changed.is_err() {
                        return Err(Ended::Gone);
                    }
                    self.decide_anew().await?;
                }
                () = sleep_until(Instant::now() + LOOK) => {}
            }
        }
    }

    /// Tells all that is recorded. Every part is decided on for itself: a slow reader may take long over the one before.
    async fn catch_up(&mut self, policies: &mut watch::Receiver<u64>) -> Result<(), Ended> {
        loop {
            let changed = policies.has_changed().unwrap_or(true);
            if changed || self.decided_at.is_none_or(|decided_at| decided_at.elapsed() >= DECIDED) {
                policies.mark_unchanged();
                self.decide_anew().await?;
            }
            // places are committed in their order: up to the last one nothing more will come
            let last = store::event::last(self.service.reader(), &self.community)
                .await
                .map_err(Error::from)?;
            if last <= self.place {
                return Ok(());
            }
            let stretch = Stretch {
                after: Some(self.place),
                before: Some(last.saturating_add(1)),
                newest_first: false,
                limit: BATCH,
            };
            let found = store::event::list(
                self.service.reader(),
                &self.community,
                &self.wanted,
                &self.sight,
                stretch,
            )
            .await
            .map_err(Error::from)?;
            let is_full = u64::try_from(found.len()).is_ok_and(|found| found >= BATCH);
            self.place = match found.last() {
                Some(event) if is_full => event.sequence,
                _ => last,
            };
            if found.is_empty() {
                continue;
            }
            let events = found
                .into_iter()
                .map(|event| convert::event(&self.service.store, &self.sight, event));
            let events = events.collect::<Result<Vec<_>>>()?;
            self.tell(events).await?;
        }
    }

    async fn tell(&mut self, events: Vec<pb::Event>) -> Result<(), Ended> {
        let message = pb::SubscribeResponse {
            events,
            cursor: cursor::seal(&self.service.store, &self.community, self.place)?,
        };
        self.out.send(Ok(message)).await.map_err(|_| Ended::Gone)?;
        self.told_at = Some(Instant::now());
        Ok(())
    }

    /// A stream outlives its first decision: appointments end, policies change, people sign out.
    async fn decide_anew(&mut self) -> Result<()> {
        let Caller {
            principal,
            capacity,
            token_issued_at,
            ..
        } = &self.caller;
        let scope = Scope::Community(self.community.clone());
        let (decision, snapshot) = self
            .service
            .snapshots
            .decide(principal, capacity, self.permission, &scope, None)
            .await?;
        if token_issued_at.is_some_and(|issued_at| snapshot.has_revoked(principal, issued_at)) {
            return Err(Error::new(&reasons::CREDENTIALS_REVOKED));
        }
        if !decision.settle(&|_| false) {
            return Err(refusal(self.permission, &decision));
        }
        self.sight = self.service.sight(&self.caller, &self.community).await?;
        self.decided_at = Some(Instant::now());
        Ok(())
    }
}
