//! Watching a meeting: its history from a position on, then what happens, as it happens.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};
use yihe_authz::{Caller, Decision, Scope, refusal};
use yihe_kernel::{Error, Fields, Result, reasons};
use yihe_proto::Guarded;
use yihe_proto::meeting::v1 as pb;

use crate::convert::{self, name};
use crate::domain::Meeting;
use crate::lookup::Facts;
use crate::names::MeetingName;
use crate::rooms::{BATCH, Burst, PACE};
use crate::service::{Service, member};
use crate::{events, store};

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A decision to let somebody watch is good for so long, unless the policies change.
const DECIDED: Duration = Duration::from_secs(1);

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
        over: false,
        told_at: None,
        decided_at: None,
        change_at: None,
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
    /// Whether the meeting is over and all of it was told.
    over: bool,
    told_at: Option<Instant>,
    decided_at: Option<Instant>,
    /// When an appointment begins or ends, as of the last decision.
    change_at: Option<Instant>,
    out: mpsc::Sender<Result<pb::MeetingEvent, Status>>,
}

/// The caller has gone, or was told why the stream ends.
struct Ended;

impl Watcher {
    async fn run(mut self) {
        if let Err(Failed::Error(error)) = self.follow().await {
            let _ = self.out.send(Err(error.into())).await;
        }
    }

    async fn follow(&mut self) -> Result<(), Failed> {
        let mut policies = self.service.snapshots.changes();
        // first the ear, then the history: what is committed in between comes twice and is told once
        let room = self.service.rooms.join(&self.meeting.name);
        let mut bursts = room.bursts();
        // the state first, the history after: what ended before is in what is read
        self.over = self.is_over().await?;
        self.decide_anew().await?;
        self.catch_up().await?;
        while !self.over {
            tokio::select! {
                burst = bursts.recv() => self.hear(burst, &mut bursts).await?,
                changed = policies.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    self.decide_anew().await?;
                }
                () = sleep_until(self.wakes_at()) => {
                    self.decide_anew().await?;
                    if self.told_at.is_none_or(|told_at| told_at.elapsed() >= KEEP_ALIVE) {
                        self.tell(pb::MeetingEvent::default()).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn is_over(&self) -> Result<bool> {
        let meeting = store::meeting::find(self.service.reader(), &self.meeting.name).await?;
        Ok(meeting.is_none_or(|meeting| meeting.state.is_over()))
    }

    /// Tells what the room heard, together with what it hears while this watcher's pace asks for patience.
    async fn hear(
        &mut self,
        burst: Result<Burst, RecvError>,
        bursts: &mut broadcast::Receiver<Burst>,
    ) -> Result<(), Failed> {
        if self.decided_at.is_none_or(|decided_at| decided_at.elapsed() >= DECIDED) {
            self.decide_anew().await?;
        }
        let mut news = match burst {
            Ok(Some(events)) => self.unheard(&events),
            Ok(None) | Err(RecvError::Lagged(_)) => return self.catch_up().await,
            Err(RecvError::Closed) => return Err(Failed::Gone),
        };
        self.pace().await;
        loop {
            match bursts.try_recv() {
                Ok(Some(events)) => news.extend(self.unheard(&events)),
                Ok(None) | Err(TryRecvError::Lagged(_)) => {
                    self.tell_all(news).await?;
                    return self.catch_up().await;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(self.tell_all(news).await?),
            }
        }
    }

    /// What this watcher was not told yet.
    fn unheard(&self, events: &[pb::MeetingEvent]) -> Vec<pb::MeetingEvent> {
        let from = events.partition_point(|event| event.position <= self.position);
        events[from..].to_vec()
    }

    /// Tells all that is committed.
    async fn catch_up(&mut self) -> Result<(), Failed> {
        let stream = self.meeting.name.to_string();
        let feed = self.service.store.feed();
        loop {
            let events = feed
                .of_stream(&stream, self.position, BATCH)
                .await
                .map_err(Error::from)?;
            if events.is_empty() {
                return Ok(());
            }
            self.pace().await;
            let events = events.into_iter().map(convert::event::event).collect();
            self.tell_all(events).await?;
        }
    }

    /// Tells events in one message.
    async fn tell_all(&mut self, events: Vec<pb::MeetingEvent>) -> Result<(), Ended> {
        let ends =
            |event: &pb::MeetingEvent| [events::MeetingClosed, events::MeetingCancelled].contains(&&*event.r#type);
        let over = events.iter().any(ends);
        let Some(message) = convert::event::together(events) else {
            return Ok(());
        };
        self.position = message.position;
        self.over |= over;
        self.tell(message).await
    }

    async fn tell(&mut self, event: pb::MeetingEvent) -> Result<(), Ended> {
        self.told_at = Some(Instant::now());
        self.out.send(Ok(event)).await.map_err(|_| Ended)
    }

    async fn pace(&self) {
        if let Some(told_at) = self.told_at {
            sleep_until(told_at + PACE).await;
        }
    }

    fn wakes_at(&self) -> Instant {
        let alive = self.told_at.or(self.decided_at).unwrap_or_else(Instant::now) + KEEP_ALIVE;
        self.change_at.map_or(alive, |change_at| change_at.min(alive))
    }

    /// A stream outlives its first decision: appointments end, policies change, people sign out.
    async fn decide_anew(&mut self) -> Result<()> {
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
        if token_issued_at.is_some_and(|issued_at| snapshot.has_revoked(principal, issued_at)) {
            return Err(Error::new(&reasons::CREDENTIALS_REVOKED));
        }
        let facts = match decision {
            Decision::Residual(_) => {
                let of = (self.meeting.body, self.meeting.convener);
                self.service
                    .facts_of_meeting(&self.meeting.name, of, member(*capacity, principal.user()))
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
        let until_change = change.and_then(|micros| u64::try_from(micros).ok());
        let decided_at = Instant::now();
        self.decided_at = Some(decided_at);
        self.change_at = until_change.and_then(|micros| decided_at.checked_add(Duration::from_micros(micros)));
        Ok(())
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
