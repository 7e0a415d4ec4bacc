use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{CompoundId, Error, FileName, OwnerId, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::voter::ballot_box;
use crate::convert::name;
use crate::convert::owners::{NewPaperUnitBallots, paper_fault};
use crate::domain::owners::{PaperFault, PaperUnitBallot, UnitBallot, electorate, read_paper, refuse_faults};
use crate::domain::{Member, Record, RecordedAct};
use crate::names::VoteName;
use crate::service::{Service, person};
use crate::{events, reasons, store};
use yihe_retry::Retry;

struct Paper {
    service: Arc<Service>,
    by: Authorized,
    clerk: UserId,
    vote: VoteName,
    compound: CompoundId,
    lines: Vec<PaperUnitBallot>,
    evidence: FileName,
    retry: Retry,
}

/// What reading the lines came to.
type Read = std::result::Result<Vec<UnitBallot>, Vec<PaperFault>>;

pub async fn record(
    service: &Arc<Service>,
    request: Request<pb::RecordPaperUnitBallotsRequest>,
) -> Result<pb::RecordPaperUnitBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let (by, found) = service.vote(admitted, &vote).await?;
    found.expect_by_units()?;
    let clerk = person(by.user())?;
    let frozen = service.frozen.of(&vote.meeting()).await?;
    let register = frozen.and_then(|frozen| frozen.register);
    let compound = register
        .ok_or_else(|| Error::new(&reasons::NOT_BY_UNITS).with("name", &vote))?
        .compound;
    let new = NewPaperUnitBallots::read(&vote.community, compound, &request)?;
    service.expect_evidence(Some(&new.evidence), &vote.meeting()).await?;
    let input = Paper {
        service: Arc::clone(service),
        by,
        clerk,
        vote: vote.clone(),
        compound,
        lines: new.lines,
        evidence: new.evidence,
        retry: new.retry,
    };
    if request.validate_only {
        let read = service
            .store
            .transaction("meeting.check_paper_unit_ballots", input, |tx, input| {
                Box::pin(read(tx, input))
            })
            .await?;
        return Ok(match read {
            Ok(ballots) => recorded(ballots.len()),
            Err(faults) => pb::RecordPaperUnitBallotsResponse {
                recorded: 0,
                faults: faults.into_iter().map(paper_fault).collect(),
            },
        });
    }
    let lines = input.lines.len();
    service
        .store
        .transaction("meeting.record_paper_unit_ballots", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%vote, lines, "ballots on paper recorded");
    Ok(recorded(lines))
}

fn recorded(ballots: usize) -> pb::RecordPaperUnitBallotsResponse {
    pb::RecordPaperUnitBallotsResponse {
        recorded: i32::try_from(ballots).unwrap_or(i32::MAX),
        faults: Vec::new(),
    }
}

async fn read(tx: &Tx, input: &Paper) -> Result<Read, Failure> {
    let now = input.service.now();
    let (vote, item) = ballot_box(tx, &input.vote, now).await?;
    let units = store::owners::units(tx, &vote.name.meeting()).await?;
    let concerned: BTreeSet<_> = electorate(units.clone(), &item)
        .into_iter()
        .map(|unit| unit.unit)
        .collect();
    let given = store::owners::of_vote(tx, &vote.name).await?;
    let shown = (input.clerk, &input.evidence);
    Ok(read_paper(&input.lines, (&units, &concerned), &given, shown, now))
}

async fn apply(tx: &Tx, input: &Paper) -> Result<(), Failure> {
    let Paper { service, by, vote, .. } = input;
    let now = service.now();
    if input.retry.earlier(tx, by, vote, now).await?.is_some() {
        return Ok(());
    }
    store::meeting::hold(tx, &vote.meeting()).await?;
    let ballots = match read(tx, input).await? {
        Ok(ballots) => ballots,
        Err(faults) => return Ok(refuse_faults(&faults)?),
    };
    store::owners::insert_ballots(tx, by, vote, &ballots).await?;
    let records: Vec<_> = by_owner(&ballots)
        .into_iter()
        .map(|(owner, papers)| Record {
            name: vote.meeting().record(service.store.ids().next()),
            act: RecordedAct::Ballot,
            member: Member::Owner {
                compound: input.compound,
                owner,
            },
            subject: vote.to_string(),
            evidence: Some(input.evidence.clone()),
            note: format!("纸质选票 {papers} 张"),
            recorded_by: input.clerk,
            recorded_at: now,
            contest: None,
        })
        .collect();
    store::clerk_record::insert_all(tx, by, &records).await?;
    events::append(tx, by, events::PaperUnitBallotsRecorded, &vote.meeting(), vote, now).await
}

/// How many papers each owner gave.
fn by_owner(ballots: &[UnitBallot]) -> BTreeMap<OwnerId, usize> {
    let mut papers = BTreeMap::new();
    for ballot in ballots {
        *papers.entry(ballot.owner).or_default() += 1;
    }
    papers
}
