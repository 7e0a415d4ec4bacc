//! What the count of a vote comes to, in the transaction that closes the vote, however its ballots were given.

use yihe_authz::Authorized;
use yihe_kernel::Timestamp;
use yihe_store::{Failure, Tx};
use yihe_tally::{Outcome, Verdict};

use crate::domain::{
    AgendaItem, AmendmentState, Meeting, Motion, MotionState, Ratification, RatificationState, Resolution, Settlement,
    Vote,
};
use crate::names::{AmendmentId, RatificationId, RatificationName, ResolutionId};
use crate::service::Service;
use crate::{events, store};

/// Decides what a vote was on: the amendment, or the motion with its resolution, with what waits for another body, and with what
/// waited for this one.
pub async fn conclude(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    meeting: &Meeting,
    (motion, item, vote): (Motion, &AgendaItem, &Vote),
    outcome: &Outcome,
    now: Timestamp,
) -> Result<Option<ResolutionId>, Failure> {
    if let Some(amendment) = vote.amendment {
        amend(tx, by, motion, amendment, outcome, now).await?;
        return Ok(None);
    }
    let seen = motion.state;
    let motion = motion.decide(outcome);
    let resolution = match motion.state {
        MotionState::Adopted => Some(adopt(tx, service, by, meeting, (&motion, item, vote), now).await?),
        _ => None,
    };
    store::motion::set_state(tx, by, &motion, seen).await?;
    if let Some(body_kind) = outcome.pending_ratification() {
        let id = service.store.ids().next();
        let ratification = Ratification::of(id, meeting, (item, &motion), body_kind, now);
        store::ratification::insert(tx, by, &ratification).await?;
        events::append(
            tx,
            by,
            events::RatificationRequested,
            &meeting.name,
            &ratification.name,
            now,
        )
        .await?;
    }
    if let Some(ratifies) = item.course.ratifies {
        let settlement = Settlement {
            vote: vote.name.clone(),
            resolution,
            at: now,
        };
        settle(tx, by, ratifies, (&motion, outcome.verdict), settlement, now).await?;
    }
    Ok(resolution)
}

async fn amend(
    tx: &Tx,
    by: &Authorized,
    motion: Motion,
    amendment: AmendmentId,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), Failure> {
    let name = motion.name.meeting().amendment(amendment);
    let amendment = store::amendment::get(tx, &name).await?.decide(outcome, now);
    store::amendment::save(tx, by, &amendment, AmendmentState::Voting).await?;
    if amendment.state == AmendmentState::Adopted {
        let motion = motion.amend(&amendment);
        store::motion::set_text(tx, by, &motion, amendment.name.amendment, now).await?;
        events::append(tx, by, events::MotionAmended, &motion.name.meeting(), &motion.name, now).await?;
    }
    Ok(())
}

async fn adopt(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    meeting: &Meeting,
    (motion, item, vote): (&Motion, &AgendaItem, &Vote),
    now: Timestamp,
) -> Result<ResolutionId, Failure> {
    let year = Resolution::year_of(now)?;
    let serial = store::resolution::next_serial(tx, &meeting.name.community, year).await?;
    let id = service.store.ids().next();
    let resolution = Resolution::adopt(id, (year, serial), meeting.body, motion, item, (vote, now));
    store::resolution::insert(tx, by, &resolution).await?;
    events::append(tx, by, events::ResolutionAdopted, &meeting.name, &resolution.name, now).await?;
    Ok(id)
}

/// The body that a matter is reserved to has voted: the motion that waited for it is settled, in the same transaction.
async fn settle(
    tx: &Tx,
    by: &Authorized,
    ratifies: RatificationId,
    (decided, verdict): (&Motion, Verdict),
    settlement: Settlement,
    now: Timestamp,
) -> Result<(), Failure> {
    let name = RatificationName {
        community: decided.name.community.clone(),
        ratification: ratifies,
    };
    let ratification = store::ratification::get(tx, &name).await?;
    let seen = ratification.state;
    let settled = ratification.settle(decided, verdict, settlement);
    if settled.state == seen {
        return Ok(());
    }
    store::ratification::save(tx, by, &settled, seen).await?;
    if settled.state != RatificationState::Pending {
        let ratified = settled.state == RatificationState::Ratified;
        let original = store::motion::get(tx, &settled.motion).await?.ratify(ratified);
        store::motion::set_state(tx, by, &original, MotionState::PendingRatification).await?;
    }
    events::append(
        tx,
        by,
        events::RatificationSettled,
        &settled.motion.meeting(),
        &name,
        now,
    )
    .await
}
