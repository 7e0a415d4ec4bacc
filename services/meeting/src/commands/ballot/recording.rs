//! What the clerk records of ballots: all of one reading or nothing of it, each with its record, in one transaction.

use std::sync::Arc;

use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep_all;
use crate::convert::clerk::NewRecording;
use crate::convert::{self, name};
use crate::domain::{BallotMethod, Frozen, Meeting, Member, NewRecord, ReadFrom, RecordedAct, Step, Vote};
use crate::names::VoteName;
use crate::queries::person;
use crate::secrecy::Seal;
use crate::service::{Service, person as acting_person};
use crate::{events, store};

struct Recording {
    service: Arc<Service>,
    by: Authorized,
    vote: VoteName,
    frozen: Option<Arc<Frozen>>,
    new: NewRecording,
    seals: Vec<Seal>,
}

/// Records ballots of the vote of this name.
pub(super) async fn record(
    service: &Arc<Service>,
    admitted: Admitted,
    vote: &str,
    new: Result<NewRecording>,
    transaction: &'static str,
) -> Result<pb::RecordBallotsResponse> {
    let vote: VoteName = name("name", vote)?;
    let (by, found) = service.vote(admitted, &vote).await?;
    let new = new?;
    let members: Vec<_> = new.reading.members().collect();
    service.expect_evidence(new.evidence.as_ref(), &vote.meeting()).await?;
    let seals = seal(service, &found, &new)?;
    let input = Recording {
        service: Arc::clone(service),
        by,
        frozen: service.frozen.of(&vote.meeting()).await?,
        vote: vote.clone(),
        new,
        seals,
    };
    service
        .store
        .transaction(transaction, input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%vote, ballots = members.len(), "ballots recorded");
    recorded(service, &vote, members).await
}

/// Each paper of a box becomes a sealed ballot like those cast on screens, in an order that says nothing.
fn seal(service: &Service, vote: &Vote, new: &NewRecording) -> Result<Vec<Seal>> {
    let Some(papers) = &new.papers else {
        return Ok(Vec::new());
    };
    vote.expect_open()?;
    vote.expect_method(BallotMethod::Secret)?;
    let key = service.vote_keys.of(vote.name.vote)?;
    let seals: Result<Vec<_>> = papers
        .choices()
        .into_iter()
        .map(|choice| key.seal(&vote.name, choice))
        .collect();
    let mut seals = seals?;
    // a seal begins with its random nonce
    seals.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(seals)
}

async fn apply(tx: &Tx, input: &Recording) -> Result<(), Failure> {
    let Recording {
        service,
        by,
        vote: name,
        frozen,
        new,
        seals,
    } = input;
    let asked = service.now();
    if new.retry.earlier(tx, by, name, asked).await?.is_some() {
        return Ok(());
    }
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let vote = store::vote::hold(tx, name).await?;
    // only now: every ballot that was let in was cast before
    let now = service.now();
    vote.expect_open()?;
    meeting.expect(Step::Decide)?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    let room = store::presence::room(tx, &meeting.name).await?;
    meeting.expect_quorum(&vote.quorum_now(&room, frozen, now)?)?;
    let given = store::vote::ballots(tx, name).await?;
    let item = store::motion::get(tx, &meeting.name.motion(vote.motion))
        .await?
        .agenda_item;
    new.reading.expect_recordable((&vote, item), &given, &room, now)?;
    if let Some(papers) = &new.papers {
        let counted = vote.count_box(papers, new.reading.ballots.len(), &given, now)?;
        store::recorded_ballot::count_box(tx, by, &counted).await?;
        store::sealed::insert(tx, by, name, seals).await?;
    }
    let clerk = acting_person(by.user())?;
    store::recorded_ballot::record(tx, by, name, &new.reading.ballots, (clerk, now)).await?;
    keep_all(tx, service, by, records(name, new), now).await?;
    told(tx, by, name, new, now).await
}

fn records(vote: &VoteName, new: &NewRecording) -> Vec<NewRecord> {
    let subject = |member: Member| match new.reading.from {
        // a ballot of its own can be taken back, a paper in a box cannot
        ReadFrom::Hands | ReadFrom::Papers => vote.ballot(member).to_string(),
        ReadFrom::Box => vote.to_string(),
    };
    let record = |member| NewRecord {
        meeting: vote.meeting(),
        act: RecordedAct::Ballot,
        member,
        subject: subject(member),
        evidence: new.evidence.clone(),
        note: new.note.clone(),
    };
    new.reading.members().map(record).collect()
}

async fn told(tx: &Tx, by: &Authorized, vote: &VoteName, new: &NewRecording, now: Timestamp) -> Result<(), Failure> {
    for member in new.reading.members() {
        events::append(tx, by, events::BallotCast, &vote.meeting(), &vote.ballot(member), now).await?;
    }
    Ok(())
}

async fn recorded(service: &Service, vote: &VoteName, mut members: Vec<Member>) -> Result<pb::RecordBallotsResponse> {
    members.sort();
    let all = store::vote::ballots(service.reader(), vote).await?;
    let found: Vec<_> = all
        .into_iter()
        .filter(|ballot| members.binary_search(&ballot.member).is_ok())
        .collect();
    if found.len() != members.len() {
        return Err(Error::internal(format!("ballots recorded in {vote} are gone")));
    }
    let told = person::tell(service, &vote.community, found).await?;
    Ok(pb::RecordBallotsResponse {
        ballots: told
            .into_iter()
            .map(|ballot| convert::decision::ballot(vote, ballot))
            .collect(),
    })
}
