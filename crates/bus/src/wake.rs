//! Replicas tell one another that something was committed. What they tell may be lost: it only saves waiting.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use store::Outbox;
use tokio::time::sleep;
use uuid::Uuid;
use yihe_store as store;

use crate::connection::{Bus, BusError};

/// Commits within so long are told of at once.
const TOGETHER: Duration = Duration::from_millis(5);
const AGAIN: Duration = Duration::from_secs(1);

/// Tells other replicas of a service of the commits of this one, and lets feeds of this one look when others tell.
pub(crate) async fn exchange(bus: &Bus, service: &str, outbox: &Outbox) {
    let subject = format!("{}.wake.{service}", bus.config().prefix);
    let me: Uuid = outbox.store().ids().next();
    let me = Bytes::copy_from_slice(me.as_bytes());
    loop {
        // who is away is told of by the relay itself
        let _ = told(bus, &subject, &me, outbox).await;
        sleep(AGAIN).await;
    }
}

async fn told(bus: &Bus, subject: &str, me: &Bytes, outbox: &Outbox) -> Result<(), BusError> {
    let client = bus.client().await?;
    let away = |error: String| BusError::Unreachable(error);
    let mut others = client
        .subscribe(subject.to_owned())
        .await
        .map_err(|error| away(error.to_string()))?;
    let mut commits = outbox.own_commits();
    loop {
        tokio::select! {
            committed = commits.changed() => {
                if committed.is_err() {
                    return Ok(());
                }
                client
                    .publish(subject.to_owned(), me.clone())
                    .await
                    .map_err(|error| away(error.to_string()))?;
                sleep(TOGETHER).await;
            }
            message = others.next() => match message {
                Some(message) if message.payload == *me => {}
                Some(_) => outbox.store().stir(),
                None => return Ok(()),
            }
        }
    }
}
