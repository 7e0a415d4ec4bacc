use std::collections::BTreeSet;
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

struct Correct {
    service: Arc<Service>,
    voter: Arc<Voter>,
    choice: Choice,
    units: Vec<UnitId>,
}

pub async fn correct(
    service: &Arc<Service>,
    request: Request<pb::CorrectUnitBallotsRequest>,
) -> Result<pb::CorrectUnitBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let voter = Arc::new(voter(service, admitted, &vote).await?);
    let new = NewUnitBallots::corrected(&voter.vote.community, voter.compound, &request)?;
    let input = Correct {
        service: Arc::clone(service),
        voter: Arc::clone(&voter),
        choice: new.choice,
        units: new.units,
    };
    service
        .store
        .transaction("meeting.correct_unit_ballots", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%vote, "ballots for units corrected");
    let ballots = own_ballots(service, &voter).await?;
    Ok(pb::CorrectUnitBallotsResponse {
        unit_ballots: unit_ballots(&vote, voter.compound, ballots),
    })
}

async fn apply(tx: &Tx, input: &Correct) -> Result<(), Failure> {
    let Correct { service, voter, .. } = input;
    let now = service.now();
    let (vote, item) = ballot_box(tx, &voter.vote, now).await?;
    let units = voter.units(tx, &item).await?;
    let own = voter.named(tx, &units, &input.units).await?;
    let units: BTreeSet<_> = units.iter().map(|unit| unit.unit).collect();
    let given = store::owners::of_units(tx, &vote.name, units).await?;
    for ballot in own.correct(input.choice, &given, now)? {
        store::owners::correct(tx, &voter.by, &vote.name, &ballot).await?;
    }
    events::append(
        tx,
        &voter.by,
        events::UnitBallotsCorrected,
        &vote.name.meeting(),
        &vote.name,
        now,
    )
    .await
}
