use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Result, UnitId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::voter::{Voter, ballot_box, own_ballots, voter};
use crate::convert::name;
use crate::convert::owners::{NewUnitBallots, unit_ballots};
use crate::domain::Choice;
use crate::names::VoteName;
use crate::service::Service;
use crate::{events, store};
use yihe_retry::Retry;

struct Cast {
    service: Arc<Service>,
    voter: Arc<Voter>,
    choice: Choice,
    units: Vec<UnitId>,
    retry: Retry,
}

pub async fn cast(
    service: &Arc<Service>,
    request: Request<pb::CastUnitBallotsRequest>,
) -> Result<pb::CastUnitBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let voter = Arc::new(voter(service, admitted, &vote).await?);
    let new = NewUnitBallots::cast(&voter.vote.community, voter.compound, &request)?;
    let input = Cast {
        service: Arc::clone(service),
        voter: Arc::clone(&voter),
        choice: new.choice,
        units: new.units,
        retry: new.retry,
    };
    service
        .store
        .transaction("meeting.cast_unit_ballots", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%vote, "ballots for units cast");
    let ballots = own_ballots(service, &voter).await?;
    Ok(pb::CastUnitBallotsResponse {
        unit_ballots: unit_ballots(&vote, voter.compound, ballots),
    })
}

async fn apply(tx: &Tx, input: &Cast) -> Result<(), Failure> {
    let Cast { service, voter, .. } = input;
    let now = service.now();
    if input.retry.earlier(tx, &voter.by, &voter.vote, now).await?.is_some() {
        return Ok(());
    }
    let (vote, item) = ballot_box(tx, &voter.vote, now).await?;
    let units = voter.units(tx, &item).await?;
    let own = voter.named(tx, &units, &input.units).await?;
    let given = store::owners::of_units(tx, &vote.name, units.iter().map(|unit| unit.unit)).await?;
    let ballots = own.cast(input.choice, &given, now)?;
    store::owners::insert_ballots(tx, &voter.by, &vote.name, &ballots).await?;
    events::append(
        tx,
        &voter.by,
        events::UnitBallotsCast,
        &vote.name.meeting(),
        &vote.name,
        now,
    )
    .await
}
