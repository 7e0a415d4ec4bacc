use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Error, Fields, OwnerId, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::voter::{Voter, voter};
use crate::convert::name;
use crate::convert::owners::challenge as told;
use crate::domain::owners::{Challenge, OwnUnits};
use crate::names::{ChallengeName, VoteName};
use crate::service::Service;
use crate::{events, reasons, store};
use yihe_retry::Retry;

struct Make {
    service: Arc<Service>,
    voter: Arc<Voter>,
    text: String,
    retry: Retry,
}

pub async fn challenge(service: &Arc<Service>, request: Request<pb::ChallengeResultRequest>) -> Result<pb::Challenge> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let voter = Arc::new(voter(service, admitted, &vote).await?);
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let text = fields.lines("text", &request.text, 1..=5000);
    fields.finish()?;
    let input = Make {
        service: Arc::clone(service),
        voter: Arc::clone(&voter),
        text,
        retry,
    };
    let name = service
        .store
        .transaction("meeting.challenge_result", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "result challenged");
    let challenge = store::owners::challenge(service.reader(), &name).await?;
    Ok(told(challenge.ok_or_else(|| Error::not_found(&name))?, voter.compound))
}

async fn apply(tx: &Tx, input: &Make) -> Result<ChallengeName, Failure> {
    let Make { service, voter, .. } = input;
    let now = service.now();
    let name = voter.vote.challenge(service.store.ids().next());
    if let Some(earlier) = input.retry.earlier(tx, &voter.by, &name, now).await? {
        return Ok(earlier);
    }
    let vote = store::vote::share(tx, &voter.vote).await?;
    vote.expect_challengeable(now)?;
    let challenge = Challenge {
        name: name.clone(),
        owner: owner(tx, voter).await?,
        author: voter.user,
        text: input.text.clone(),
        created_at: now,
        answer: None,
    };
    store::owners::insert_challenge(tx, &voter.by, &challenge).await?;
    events::append(
        tx,
        &voter.by,
        events::ResultChallenged,
        &vote.name.meeting(),
        &name,
        now,
    )
    .await?;
    Ok(name)
}

/// The owner on the frozen register as whom the person challenges.
async fn owner(tx: &Tx, voter: &Voter) -> Result<OwnerId, Failure> {
    let units = store::owners::units_of(tx, &voter.vote.meeting(), &voter.owners).await?;
    OwnUnits::of(&voter.vote, &units, (voter.user, &voter.owners))?;
    let rostered = |owner: &&OwnerId| units.iter().any(|unit| unit.owners.contains(owner));
    let owner = voter.owners.iter().find(rostered).copied();
    Ok(owner.ok_or_else(|| Error::new(&reasons::NOT_AN_OWNER).with("name", &voter.vote))?)
}
