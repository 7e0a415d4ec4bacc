use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_store::{Failure, Tx};

use crate::events;
use crate::names::VoteName;
use crate::service::Service;

struct Read {
    service: Arc<Service>,
    by: Authorized,
    votes: Vec<VoteName>,
}

/// Keeps that somebody reads how owners voted: an area names the flat.
pub async fn note(service: &Arc<Service>, by: Authorized, votes: Vec<VoteName>) -> Result<()> {
    let read = votes.len();
    let input = Read {
        service: Arc::clone(service),
        by,
        votes,
    };
    service
        .store
        .transaction("meeting.read_unit_ballots", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(votes = read, "ballots for units read");
    Ok(())
}

async fn apply(tx: &Tx, Read { service, by, votes }: &Read) -> Result<(), Failure> {
    let now = service.now();
    for vote in votes {
        events::append(tx, by, events::UnitBallotsRead, &vote.meeting(), vote, now).await?;
    }
    Ok(())
}
