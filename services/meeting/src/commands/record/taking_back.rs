use yihe_authz::Authorized;
use yihe_kernel::{Error, Timestamp};
use yihe_store::{Failure, Tx};

use crate::domain::{BallotChangeKind, Record, RecordedAct, VoteState};
use crate::names::{BallotName, VoteName};
use crate::service::Service;
use crate::{events, store};

/// Takes a recorded ballot back whose contest was upheld, while its vote is open and nobody has changed it since. What it said is
/// kept. The meeting must be held.
pub(super) async fn take_back(
    tx: &Tx,
    service: &Service,
    by: &Authorized,
    record: &Record,
    now: Timestamp,
) -> Result<(), Failure> {
    if record.act != RecordedAct::Ballot {
        return Ok(());
    }
    // the record of a paper in a box names its vote: nobody knows which paper it was
    let Ok(subject) = record.subject.parse::<BallotName>() else {
        return Ok(());
    };
    let name = VoteName {
        community: subject.community.clone(),
        meeting: subject.meeting,
        vote: subject.vote,
    };
    let vote = store::vote::hold(tx, &name).await?;
    let ballot = store::vote::ballot(tx, &name, record.member).await?;
    let mut ballot = ballot.ok_or_else(|| Error::not_found(&subject))?;
    let before = ballot.superseded(service.store.ids().next(), BallotChangeKind::TakenBack, now);
    let stands = ballot.cast.is_some_and(|(_, at, _)| at == record.recorded_at);
    let Some(before) = before.filter(|before| stands && before.recorded_by.is_some() && vote.state == VoteState::Open)
    else {
        return Ok(());
    };
    ballot.cast = None;
    ballot.recorded_by = None;
    store::recorded_ballot::change(tx, by, &name, &ballot, &before).await?;
    events::append(tx, by, events::BallotTakenBack, &name.meeting(), &subject, now).await
}
