//! Takes overdue commitments a level up, each step once. Stands for no permission of the catalogue: nobody can ask for it.

use std::sync::Arc;

use yihe_kernel::{Error, Result, Timestamp, UserId};
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use super::by_timer;
use crate::domain::{Doing, EscalationLevel};
use crate::names::CommitmentName;
use crate::service::Service;
use crate::{events, store};

/// Name of the timer.
pub const NAME: &str = "commitments.escalate";

const AT_ONCE: u64 = 500;

struct Escalate {
    service: Arc<Service>,
    name: CommitmentName,
    calendar: Calendar,
    recipients: (EscalationLevel, Vec<UserId>),
}

/// Takes every commitment that is due one level up; one that was overdue for long is due again with the next tick.
pub async fn sweep(service: Arc<Service>, now: Timestamp) -> Result<u64> {
    let due = store::commitment::due(service.reader(), now, AT_ONCE).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let calendar = service.calendars.at(now).await?;
    let mut done = 0;
    for name in due {
        let input = Escalate {
            service: Arc::clone(&service),
            name: name.clone(),
            calendar: calendar.clone(),
            recipients: recipients(&service, &name).await?,
        };
        let escalated = service
            .store
            .transaction("meeting.escalate_commitment", input, |tx, input| {
                Box::pin(apply(tx, input))
            })
            .await;
        match escalated {
            Ok(Some(level)) => {
                done += 1;
                tracing::info!(%name, level = level.code(), "commitment escalated");
            }
            Ok(None) => {}
            // one that cannot be escalated keeps none of the others waiting
            Err(error) => tracing::error!(%name, %error, "commitment not escalated; it comes again"),
        }
    }
    Ok(done)
}

/// The level that a commitment is taken to next, and who has that post. The street's people are not known here.
async fn recipients(service: &Service, name: &CommitmentName) -> Result<(EscalationLevel, Vec<UserId>)> {
    let commitment = store::commitment::find(service.reader(), name).await?;
    let commitment = commitment.ok_or_else(|| Error::not_found(name))?;
    let level = commitment.level.above().unwrap_or(commitment.level);
    let holder = commitment.holder.organization;
    let users = match level {
        EscalationLevel::Head => service.directory.heads(&name.community, holder).await?.0,
        EscalationLevel::Secretary => service.directory.heads(&name.community, holder).await?.1,
        EscalationLevel::None | EscalationLevel::Street => Vec::new(),
    };
    Ok((level, users))
}

async fn apply(
    tx: &Tx,
    Escalate {
        service,
        name,
        calendar,
        recipients: (level, users),
    }: &Escalate,
) -> Result<Option<EscalationLevel>, Failure> {
    let commitment = store::commitment::hold(tx, name).await?;
    let by = by_timer(service.store.ids(), &name.community);
    let doing = Doing::by(&by, service.now());
    // done meanwhile, or escalated by another replica
    let Some(mut changed) = commitment.escalate(doing, calendar)? else {
        return Ok(None);
    };
    // told only of the level that was asked about
    if changed.commitment.level == *level {
        changed.step.recipients.clone_from(users);
    }
    store::commitment::save(tx, &by, &changed).await?;
    let at = changed.step.doing.at;
    events::append(tx, &by, events::CommitmentEscalated, name, name, at).await?;
    Ok(Some(changed.commitment.level))
}
