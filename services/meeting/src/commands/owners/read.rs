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
    vote: VoteName,
}

/// Keeps that somebody reads how owners voted: an area names the flat.
pub async fn note(service: &Arc<Service>, by: Authorized, vote: &VoteName) -> Result<()> {
    let input = Read {
        service: Arc::clone(service),
        by,
        vote: vote.clone(),
    };
    service
        .store
        .transaction("meeting.read_unit_ballots", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%vote, "ballots for units read");
    Ok(())
}

async fn apply(tx: &Tx, Read { service, by, vote }: &Read) -> Result<(), Failure> {
    events::append(tx, by, events::UnitBallotsRead, &vote.meeting(), vote, service.now()).await
}
