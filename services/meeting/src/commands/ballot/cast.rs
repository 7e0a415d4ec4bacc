use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::cast_by_proxy::cast_by_proxy;
use crate::convert::decision::NewBallot;
use crate::convert::{self, name};
use crate::domain::{Ballot, BallotMethod, Choice, Frozen, Member, Room, Step, Vote, counted};
use crate::lookup::Facts;
use crate::names::VoteName;
use crate::secrecy::Seal;
use crate::service::{Service, person};
use crate::store::cast::Cast;
use crate::{events, reasons, store};
use yihe_retry::Retry;

struct CastOne {
    service: Arc<Service>,
    by: Authorized,
    frozen: Arc<Frozen>,
    ballot: Cast,
    seal: Option<Seal>,
    retry: Retry,
}

/// The hot path: what was frozen comes from memory, so that the transaction is one guarded update and one event.
pub async fn cast(service: &Arc<Service>, request: Request<pb::CastBallotRequest>) -> Result<pb::Ballot> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    let Some((frozen, method)) = service.frozen.of_vote(&vote).await? else {
        return Err(admitted.missing(&vote));
    };
    // what is no name of a member is told below with the other fields
    let acting = service
        .acting_in(&admitted, &frozen.meeting, request.member.parse().ok())
        .await?;
    let facts = facts(service, &admitted, &frozen, acting).await?;
    let by = admitted.settle(&|condition| facts.holds(condition))?;
    let member = acting.ok_or_else(|| Error::new(&reasons::ORGANIZATION_REQUIRED))?;
    let representative = person(by.user())?;
    let NewBallot {
        choice,
        principal,
        retry,
    } = NewBallot::read(&request, method)?;
    if let Some(principal) = principal.filter(|principal| *principal != member) {
        let ballot = Cast {
            vote,
            member: principal,
            representative,
            choice,
        };
        return cast_by_proxy(service, by, frozen, ballot, member, retry).await;
    }
    let (choice, seal) = match method {
        // owners cast for their units by another way, so the guard lets none of these in
        BallotMethod::OpenRollCall | BallotMethod::ByUnit => (choice, None),
        BallotMethod::Secret => (Choice::Sealed, Some(seal(service, &vote, choice).await?)),
    };
    let ballot = Cast {
        vote: vote.clone(),
        member,
        representative,
        choice,
    };
    let input = CastOne {
        service: Arc::clone(service),
        by,
        frozen: Arc::clone(&frozen),
        ballot,
        seal,
        retry,
    };
    let cast_at = service
        .store
        .transaction("meeting.cast_ballot", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%vote, member = %member.uuid(), "ballot cast");
    let Some(cast_at) = cast_at else {
        let ballot = store::vote::ballot(service.reader(), &vote, member).await?;
        let ballot = ballot.ok_or_else(|| Error::not_found(vote.ballot(member)))?;
        return Ok(convert::decision::ballot(&vote, ballot));
    };
    let entry = frozen.entry(member)?;
    let ballot = Ballot {
        member,
        kind: entry.kind,
        display_name: entry.display_name.clone(),
        representative,
        proxy: None,
        cast: Some((choice, cast_at, representative)),
        recorded_by: None,
    };
    Ok(convert::decision::ballot(&vote, ballot))
}

async fn seal(service: &Service, vote: &VoteName, choice: Choice) -> Result<Seal> {
    let counted = counted(choice).ok_or_else(|| Error::internal("a sealed ballot is not sealed again"))?;
    match service.vote_keys.of(vote.vote) {
        Ok(key) => key.seal(vote, counted),
        // the key ends with the vote, and that is the better reason
        Err(missing) => match store::vote::find(service.reader(), vote).await? {
            Some(vote) => vote.expect_open().and(Err(missing)),
            None => Err(missing),
        },
    }
}

async fn facts(service: &Service, admitted: &Admitted, frozen: &Frozen, acting: Option<Member>) -> Result<Facts> {
    match acting {
        Some(member) if !admitted.is_unconditional() && frozen.roster.contains_key(&member) => Ok(Facts {
            participant: true,
            convener: member == Member::Organization(frozen.convener),
            ..Facts::default()
        }),
        _ if admitted.is_unconditional() => Ok(Facts::default()),
        _ => {
            service
                .facts_of_meeting(&frozen.meeting, (frozen.body, frozen.convener), acting)
                .await
        }
    }
}

/// When it was cast; `None` where the same request cast it before.
async fn apply(
    tx: &Tx,
    CastOne {
        service,
        by,
        frozen,
        ballot,
        seal,
        retry,
    }: &CastOne,
) -> Result<Option<Timestamp>, Failure> {
    let now = service.now();
    let name = ballot.vote.ballot(ballot.member);
    if retry.earlier(tx, by, &name, now).await?.is_some() {
        return Ok(None);
    }
    if !store::cast::cast(tx, by, ballot, now).await? {
        return Err(why_not(tx, frozen, ballot, ballot.member, now).await?.into());
    }
    if let Some(seal) = seal {
        let vote = store::vote::find(tx, &ballot.vote).await?;
        vote.ok_or_else(|| Error::not_found(&ballot.vote))?
            .expect_box_not_counted()?;
        store::sealed::insert(tx, by, &ballot.vote, std::slice::from_ref(seal)).await?;
    }
    events::append(tx, by, events::BallotCast, &frozen.meeting, &name, now).await?;
    Ok(Some(now))
}

/// Why the guard let a ballot of `caster`, its voter or the holder of a proxy, not through.
pub(super) async fn why_not(
    tx: &Tx,
    frozen: &Frozen,
    ballot: &Cast,
    caster: Member,
    now: Timestamp,
) -> Result<Error, Failure> {
    let vote = store::vote::find(tx, &ballot.vote)
        .await?
        .ok_or_else(|| Error::not_found(&ballot.vote))?;
    vote.expect_open()?;
    let meeting = store::meeting::find(tx, &frozen.meeting)
        .await?
        .ok_or_else(|| Error::not_found(&frozen.meeting))?;
    meeting.expect(Step::Decide)?;
    let own = store::vote::ballot(tx, &ballot.vote, ballot.member).await?;
    let room = store::presence::room(tx, &frozen.meeting).await?;
    Ok(refusal(frozen, &vote, own.as_ref(), &room, (ballot, caster), now)?)
}

fn refusal(
    frozen: &Frozen,
    vote: &Vote,
    own: Option<&Ballot>,
    room: &Room,
    (ballot, caster): (&Cast, Member),
    now: Timestamp,
) -> Result<Error> {
    let community = &vote.name.community;
    let member = ballot.member.name(community);
    let refuse = |reason| Error::new(reason).with("member", &member).with("name", &vote.name);
    let Some(own) = own else {
        vote.expect_not_recused(ballot.member)?;
        return Ok(refuse(&reasons::NOT_ELIGIBLE));
    };
    if own.cast.is_some() {
        return Ok(refuse(&reasons::ALREADY_VOTED));
    }
    if room.interval_of(community, caster, ballot.representative).is_err() {
        return Ok(refuse(&reasons::NOT_REPRESENTATIVE).with("member", caster.name(community)));
    }
    let quorum = vote.quorum_now(room, frozen, now)?;
    if !quorum.met {
        return Ok(quorum.refusal(&frozen.meeting));
    }
    Err(Error::internal(format!(
        "the guard refused a ballot of {} without a reason",
        vote.name
    )))
}
