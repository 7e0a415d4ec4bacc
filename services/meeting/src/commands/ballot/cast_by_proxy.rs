use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::cast::why_not;
use crate::convert;
use crate::domain::{Frozen, Member};
use crate::service::Service;
use crate::store::cast::Cast;
use crate::{events, reasons, store};
use yihe_retry::Retry;

struct CastForPrincipal {
    service: Arc<Service>,
    by: Authorized,
    frozen: Arc<Frozen>,
    ballot: Cast,
    holder: Member,
    retry: Retry,
}

/// Casts the ballot of a principal for the holder of its proxy.
pub async fn cast_by_proxy(
    service: &Arc<Service>,
    by: Authorized,
    frozen: Arc<Frozen>,
    ballot: Cast,
    holder: Member,
    retry: Retry,
) -> Result<pb::Ballot> {
    let (vote, principal) = (ballot.vote.clone(), ballot.member);
    let input = CastForPrincipal {
        service: Arc::clone(service),
        by,
        frozen,
        ballot,
        holder,
        retry,
    };
    service
        .store
        .transaction("meeting.cast_ballot_by_proxy", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%vote, principal = %principal.uuid(), "ballot cast by proxy");
    let ballot = store::vote::ballot(service.reader(), &vote, principal).await?;
    let ballot = ballot.ok_or_else(|| Error::not_found(vote.ballot(principal)))?;
    Ok(convert::decision::ballot(&vote, ballot))
}

async fn apply(
    tx: &Tx,
    CastForPrincipal {
        service,
        by,
        frozen,
        ballot,
        holder,
        retry,
    }: &CastForPrincipal,
) -> Result<(), Failure> {
    let now = service.now();
    let name = ballot.vote.ballot(ballot.member);
    if retry.earlier(tx, by, &name, now).await?.is_some() {
        return Ok(());
    }
    expect_held(tx, ballot, *holder, now).await?;
    if !store::cast::cast_by_proxy(tx, by, ballot, *holder, now).await? {
        return Err(why_not(tx, frozen, ballot, *holder, now).await?.into());
    }
    events::append(tx, by, events::BallotCast, &frozen.meeting, &name, now).await
}

/// The proxy has to be the one that stood when the vote opened, in force, and obeyed.
async fn expect_held(tx: &Tx, ballot: &Cast, holder: Member, now: Timestamp) -> Result<(), Failure> {
    let meeting = ballot.vote.meeting();
    let vote = store::vote::find(tx, &ballot.vote).await?;
    let vote = vote.ok_or_else(|| Error::not_found(&ballot.vote))?;
    vote.expect_not_recused(ballot.member)?;
    vote.expect_not_recused(holder)?;
    let own = store::vote::ballot(tx, &ballot.vote, ballot.member).await?;
    let held = own.and_then(|own| own.proxy).filter(|held| held.holder == holder);
    let held = held.ok_or_else(|| {
        Error::new(&reasons::PROXY_ABSENT).with("principal", ballot.member.name(&ballot.vote.community))
    })?;
    let name = meeting.proxy(held.proxy);
    let proxy = store::proxy::find(tx, &name).await?;
    let proxy = proxy.ok_or_else(|| Error::not_found(&name))?;
    proxy.expect_in_force(now)?;
    let motion = store::motion::get(tx, &meeting.motion(vote.motion)).await?;
    Ok(proxy.expect_follows(motion.agenda_item, ballot.choice)?)
}
