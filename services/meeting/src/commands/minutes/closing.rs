//! What happens when a signing period ends: every signature that is missing is recorded as such, and publication can proceed. The
//! timer stands for the permission `meeting.minutes.publish` of the convener, and for nothing else.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp};
use yihe_store::{Failure, Tx};

use super::drawing::names;
use super::signing::{current, signatures};
use crate::names::MeetingName;
use crate::service::Service;
use crate::store::minutes_facts::Names;
use crate::timers::by_timer;
use crate::{events, store};

// far more than end in one second
const BATCH: u64 = 100;

struct Close {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    names: Names,
}

/// Closes every signing whose period is over; how many were closed. Another replica may do the same at the same time.
///
/// # Errors
/// `UNAVAILABLE` where store or directory do not answer; what was not closed is found again.
pub async fn sweep(service: Arc<Service>, now: Timestamp) -> Result<u64> {
    let mut closed = 0;
    for meeting in store::minutes::signing_ended(service.reader(), now, BATCH).await? {
        let input = Close {
            by: by_timer(service.store.ids(), &meeting.community),
            names: names(&service, &meeting).await?,
            service: Arc::clone(&service),
            meeting: meeting.clone(),
        };
        let done = service
            .store
            .transaction("meeting.close_signing", input, |tx, input| Box::pin(apply(tx, input)))
            .await?;
        if done {
            closed += 1;
            tracing::info!(name = %meeting, "signing period over");
        }
    }
    Ok(closed)
}

/// False where it was done meanwhile, or the period was begun anew.
async fn apply(tx: &Tx, input: &Close) -> Result<bool, Failure> {
    let Close {
        service,
        by,
        meeting,
        names,
    } = input;
    let now = service.now();
    store::meeting::hold(tx, meeting).await?;
    let mut minutes = store::minutes::get(tx, meeting).await?;
    if minutes.signing_closed_at.is_some() || !minutes.signing_is_over(now) {
        return Ok(false);
    }
    let version = current(tx, &minutes).await?;
    let signed = signatures(tx, &minutes, names).await?;
    signed.close(tx, service, by, (&minutes, &version), now).await?;
    minutes.signing_closed_at = Some(now);
    store::minutes::save(tx, by, minutes).await?;
    events::append(tx, by, events::SigningClosed, meeting, meeting, now).await?;
    Ok(true)
}
