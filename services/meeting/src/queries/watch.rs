//! Watching a meeting: its history from a position on, then what happens, as it happens.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};
use yihe_authz::{Caller, Decision, Scope, refusal};
use yihe_kernel::{Error, Fields, Result, reasons};
use yihe_proto::Guarded;
use yihe_proto::meeting::v1 as pb;
use yihe_store::Feed;

use crate::convert::{self, name};
use crate::domain::Meeting;
use crate::lookup::Facts;
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, store};

const BATCH: u64 = 100;
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A burst of commits is read once: no watcher asks the database more often.
const REST: Duration = Duration::from_millis(15);

pub type Events = BoxStream<'static, Result<pb::MeetingEvent, Status>>;

pub async fn watch(service: &Arc<Service>, request: Request<pb::WatchMeetingRequest>) -> Result<Events> {
    let (admitted, request) = service.guard.admit(request).await?;
    let permission = request
        .scopes()
        .first()
        .map(|(permission, _)| *permission)
        .unwrap_or_default();
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, found) = service.meeting(admitted, &meeting).await?;
    let mut fields = Fields::new();
    if request.after_position < 0 {
        fields.refuse("after_position", "must not be negative", "不得为负");
    }
    fields.finish()?;
    let (out, answer) = mpsc::channel(16);
    let watcher = Watcher {
        service: Arc::clone(service),
        caller: by.caller().clone(),
        permission,
        meeting: found,
        position: request.after_position,
        out,
    };
    tokio::spawn(watcher.run());
    Ok(Box::pin(ReceiverStream::new(answer)))
}

struct Watcher {
    service: Arc<Service>,
    caller: Caller,
    permission: &'static str,
    meeting: Meeting,
    position: i64,
    out: mpsc::Sender<Result<pb::MeetingEvent, Status>>,
}

/// The caller has gone, or was told why the stream ends.
struct Ended;

impl Watcher {
    async fn run(mut self) {
        let feed = self.service.store.feed();
        if let Err(Failed::Error(error)) = self.follow(feed).await {
            let _ = self.out.send(Err(error.into())).await;
        }
    }

    async fn follow(&mut self, mut feed: Feed) -> Result<(), Failed> {
        let mut policies = self.service.snapshots.changes();
        // the state first, the history after: what ended before is in what is read
        let mut over = self.is_over().await?;
        loop {
            let pause = self.decide_anew().await?;
            over |= self.catch_up(&feed).await?;
            if over {
                return Ok(());
            }
            let woken = async {
                tokio::select! {
                    committed = feed.changed() => committed,
                    changed = policies.changed() => changed.is_ok(),
                }
            };
            match timeout(pause, woken).await {
                Ok(true) => tokio::time::sleep(REST).await,
                Ok(false) => return Ok(()),
                Err(_) => self.tell(pb::MeetingEvent::default()).await?,
            }
        }
    }

    async fn is_over(&self) -> Result<bool> {
        let meeting = store::meeting::find(self.service.reader(), &self.meeting.name).await?;
        Ok(meeting.is_none_or(|meeting| meeting.state.is_over()))
    }

    /// Tells all that is committed; true where the meeting ended in it.
    async fn catch_up(&mut self, feed: &Feed) -> Result<bool, Failed> {
        let stream = self.meeting.name.to_string();
        let mut over = false;
        loop {
            let events = feed
                .of_stream(&stream, self.position, BATCH)
                .await
                .map_err(Error::from)?;
            if events.is_empty() {
                return Ok(over);
            }
            for event in events {
                self.position = event.sequence;
                over |= [events::MeetingClosed, events::MeetingCancelled].contains(&event.kind.as_str());
                self.tell(convert::event::event(event)).await?;
            }
        }
    }

    async fn tell(&self, event: pb::MeetingEvent) -> Result<(), Ended> {
        self.out.send(Ok(event)).await.map_err(|_| Ended)
    }

    /// A stream outlives its first decision: appointments end, policies change, people sign out. Gives the time until it has to
    /// be decided once more, or a sign of life is due.
    async fn decide_anew(&self) -> Result<Duration> {
        let Caller {
            principal,
            capacity,
            token_issued_at,
            ..
        } = &self.caller;
        let scope = Scope::Community(self.meeting.name.community.clone());
        let (decision, snapshot) = self
            .service
            .snapshots
            .decide(principal, capacity, self.permission, &scope, None)
            .await?;
        if snapshot
            .cutoff(principal)
            .is_some_and(|cutoff| token_issued_at.is_some_and(|issued_at| issued_at < cutoff))
        {
            return Err(Error::new(&reasons::UNAUTHENTICATED).with("detail", "signed out meanwhile"));
        }
        let facts = match decision {
            Decision::Residual(_) => {
                let of = (self.meeting.body, self.meeting.convener);
                self.service
                    .facts_of_meeting(&self.meeting.name, of, capacity.organization())
                    .await?
            }
            Decision::Allow { .. } | Decision::Deny { .. } => Facts::default(),
        };
        if !decision.settle(&|condition| facts.holds(condition)) {
            return Err(refusal(self.permission, &decision));
        }
        let now = self.service.now();
        let change = snapshot
            .next_change(principal, capacity, now)
            .map(|change| change.micros_since(now));
        let until_change = change
            .and_then(|micros| u64::try_from(micros).ok())
            .map(Duration::from_micros);
        Ok(until_change.map_or(KEEP_ALIVE, |change| change.min(KEEP_ALIVE)))
    }
}

enum Failed {
    Gone,
    Error(Error),
}

impl From<Ended> for Failed {
    fn from(_: Ended) -> Self {
        Self::Gone
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
