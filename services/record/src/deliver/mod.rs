//! Telling the record to webhooks: each in its own order and at its own pace, by one replica at a time.

mod backoff;
mod http;
mod message;
mod signature;
mod target;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;
use yihe_authz::{Authorized, Caller, Scope};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_store::Lease;

pub use self::http::Poster;
pub use self::signature::Secret;
pub use self::target::Target;
use crate::domain::{State, Webhook};
use crate::names::WebhookName;
use crate::service::{NAME, Service};
use crate::sight::Sight;
use crate::store::delivery::Delivery;
use crate::store::event::{Recorded, Stretch};
use crate::{cursor, events, store};

/// Longer than the longest delivery.
const TERM: Duration = Duration::from_secs(40);
/// Webhooks that are told to at once.
const AT_ONCE: usize = 64;
/// Webhooks that are looked at in one go.
const BATCH: u64 = 500;
/// How often it is looked whether a pause is over.
const LOOK: Duration = Duration::from_millis(250);
/// A burst of commits is looked at once.
const REST: Duration = Duration::from_millis(20);
/// Events of one turn, after which other replicas may have theirs.
const TURN: usize = 200;
const DAY: i64 = 86_400 * 1_000_000;
/// What whoever answers for a webhook must be permitted.
const FOLLOW: &str = "record.event.subscribe";

/// Tells until aborted.
pub async fn run(service: Arc<Service>) {
    let mut feed = service.store.feed();
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let mut turns: JoinSet<()> = JoinSet::new();
    let mut under_way: HashMap<WebhookName, AbortHandle> = HashMap::new();
    loop {
        while turns.try_join_next().is_some() {}
        under_way.retain(|_, turn| !turn.is_finished());
        match store::webhook::due(service.reader(), service.now(), BATCH).await {
            Ok(due) => {
                for webhook in due {
                    if under_way.contains_key(&webhook.name) {
                        continue;
                    }
                    let turn = turns.spawn(take_turn(Arc::clone(&service), Arc::clone(&gate), webhook.name.clone()));
                    under_way.insert(webhook.name, turn);
                }
            }
            Err(failure) => tracing::warn!(?failure, "webhooks that are due cannot be read"),
        }
        tokio::select! {
            committed = feed.changed() => {
                if !committed {
                    return;
                }
                sleep(REST).await;
            }
            () = sleep(LOOK) => {}
        }
    }
}

async fn take_turn(service: Arc<Service>, gate: Arc<Semaphore>, name: WebhookName) {
    let Ok(_permit) = gate.acquire_owned().await else {
        return;
    };
    if let Err(error) = tell_on(&service, &name).await {
        tracing::warn!(%name, %error, cause = ?error.cause(), "a webhook could not be told to");
    }
}

/// Tells what a webhook is owed, until it fails, all is told, or the turn is over.
async fn tell_on(service: &Service, name: &WebhookName) -> Result<()> {
    let Some(lease) = Lease::take(&service.store, &format!("webhook {name}"), TERM).await? else {
        return Ok(());
    };
    for _ in 0..TURN {
        // what was read before the lease was had may be told already
        let found = store::webhook::find(service.reader(), name).await?;
        let Some(webhook) = found.filter(|it| it.state == State::Enabled && it.next_attempt_at <= service.now()) else {
            return Ok(());
        };
        if !tell_next(service, &lease, webhook).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Tells the next event; whether there may be another one to tell.
async fn tell_next(service: &Service, lease: &Lease, webhook: Webhook) -> Result<bool> {
    let caller = Caller {
        principal: webhook.answerable.clone(),
        capacity: webhook.capacity(),
        address: None,
        token_issued_at: None,
    };
    let community = &webhook.name.community;
    let scope = Scope::Community(community.clone());
    let (decision, _) = service
        .snapshots
        .decide(&caller.principal, &caller.capacity, FOLLOW, &scope, None)
        .await?;
    if !decision.settle(&|_| false) {
        let after = Webhook {
            state: State::Unentitled,
            ..webhook.clone()
        };
        note(service, webhook, after, None).await?;
        return Ok(false);
    }
    let sight = service.sight(&caller, community).await?;
    let last = store::event::last(service.reader(), community).await?;
    let stretch = Stretch {
        after: Some(webhook.place),
        before: Some(last.saturating_add(1)),
        newest_first: false,
        limit: 1,
    };
    let found = store::event::list(service.reader(), community, &webhook.wanted, &sight, stretch).await?;
    let Some(event) = found.into_iter().next() else {
        if webhook.place < last {
            let after = Webhook {
                place: last,
                ..webhook.clone()
            };
            note(service, webhook, after, None).await?;
        }
        return Ok(false);
    };
    if !lease.renew().await? {
        return Ok(false);
    }
    let answer = post(service, &webhook, &event, &sight).await;
    let after = ended(service, &webhook, &event, &answer);
    let goes_on = after.place == event.sequence;
    let (last_status, last_error) = match answer {
        Ok(status) if goes_on => (status, String::new()),
        Ok(status) => (status, format!("answered {status}")),
        Err(error) => (0, error.chars().take(300).collect()),
    };
    let now = service.now();
    let delivery = Delivery {
        event: event.name,
        sequence: event.sequence,
        attempts: 1,
        last_status: last_status.into(),
        last_error,
        last_attempt_at: now,
        delivered_at: goes_on.then_some(now),
    };
    note(service, webhook, after, Some(delivery)).await?;
    Ok(goes_on)
}

async fn post(service: &Service, webhook: &Webhook, event: &Recorded, sight: &Sight) -> Result<u16, String> {
    let in_words = |error: Error| error.to_string();
    let target = Target::read(&webhook.url, &service.webhooks).map_err(in_words)?;
    let cursor = cursor::seal(&service.store, &webhook.name.community, event.sequence).map_err(in_words)?;
    let now = service.now();
    let versions = webhook.secret_versions(now);
    let secrets: Vec<Secret> = versions
        .into_iter()
        .map(|version| Secret::of(&service.keys, &webhook.name, version))
        .collect();
    let body = message::body(event, &cursor, sight.tells_actor(event));
    let id = event.name.event.to_string();
    let request = message::request(&target, &secrets, body, &id, now).map_err(in_words)?;
    service
        .poster
        .post(&target, request)
        .await
        .map(|status| status.as_u16())
}

/// The webhook after an answer, or after none.
fn ended(service: &Service, before: &Webhook, event: &Recorded, answer: &Result<u16, String>) -> Webhook {
    let now = service.now();
    let mut after = before.clone();
    match answer {
        Ok(200..=299) => {
            after.place = event.sequence;
            after.afresh(now)
        }
        Ok(410) => {
            after.state = State::Gone;
            after
        }
        Ok(_) | Err(_) => {
            after.failures = after.failures.saturating_add(1);
            let since = *after.failing_since.get_or_insert(now);
            let seed = u64::from_be_bytes(seed_of(&before.name, after.failures));
            after.next_attempt_at = backoff::next_attempt(now, after.failures, seed);
            if lasts(since, now) >= service.webhooks.disable_after_days.saturating_mul(DAY) {
                after.state = State::Failed;
            }
            after
        }
    }
}

fn lasts(since: Timestamp, now: Timestamp) -> i64 {
    now.micros_since(since)
}

/// Webhooks wait differently, and each of them so again after a restart.
fn seed_of(name: &WebhookName, failures: i32) -> [u8; 8] {
    let mut seed = [0; 8];
    let id = name.webhook.uuid();
    let bytes = id
        .as_bytes()
        .iter()
        .skip(8)
        .zip(failures.to_be_bytes().into_iter().cycle());
    for (slot, (id, failure)) in seed.iter_mut().zip(bytes) {
        *slot = id ^ failure;
    }
    seed
}

/// Stores how a delivery ended, with the event where the webhook stops telling, unless somebody changed it meanwhile. Stands for
/// no permission: what was permitted is to have the webhook.
async fn note(service: &Service, before: Webhook, after: Webhook, delivery: Option<Delivery>) -> Result<()> {
    let now = service.now();
    let id = delivery
        .as_ref()
        .map_or_else(|| before.name.webhook.uuid(), |it| it.event.event.uuid());
    let by = Authorized::by_event(NAME, id, before.name.community.clone());
    let stops = after.state != before.state;
    if stops {
        tracing::warn!(name = %before.name, state = after.state.code(), "a webhook stops telling");
    }
    service
        .store
        .transaction(
            "record.note_delivery",
            (by, before, after, delivery, now),
            |tx, (by, before, after, delivery, now)| {
                Box::pin(async move {
                    if !store::webhook::advance(tx, by, before, after).await? {
                        return Ok(());
                    }
                    if let Some(delivery) = delivery {
                        store::delivery::note(tx, by, &before.name, delivery).await?;
                        store::delivery::forget(tx, by, &before.name, after.place).await?;
                    }
                    if after.state != before.state {
                        events::append(tx, by, events::WebhookDisabled, &before.name, *now).await?;
                    }
                    Ok(())
                })
            },
        )
        .await
}
