use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::clerk::NewChoice;
use crate::convert::{self, name};
use crate::domain::{Ballot, BallotChangeKind, Choice, Frozen, Meeting, Member, Room, Step};
use crate::names::VoteName;
use crate::queries::person as named;
use crate::service::{Service, person};
use crate::{events, reasons, store};
use yihe_retry::Retry;

struct ChangeOne {
    service: Arc<Service>,
    by: Authorized,
    frozen: Option<Arc<Frozen>>,
    vote: VoteName,
    member: Member,
    caster: (Member, UserId),
    choice: Choice,
    retry: Retry,
}

pub async fn change(service: &Arc<Service>, request: Request<pb::ChangeBallotRequest>) -> Result<pb::Ballot> {
    let (admitted, request) = service.guard.admit(request).await?;
    let vote: VoteName = name("parent", &request.parent)?;
    // what is no name of a member is told below with the other fields
    let wanted = request.member.parse().ok();
    let acting = service.acting_in(&admitted, &vote.meeting(), wanted).await?;
    let mandated = wanted.filter(|wanted| acting == Some(*wanted));
    let (by, _, caster) = service.meeting_as(admitted, &vote.meeting(), mandated).await?;
    let caster = (caster, person(by.user())?);
    let NewChoice {
        choice,
        principal,
        retry,
    } = NewChoice::try_from(&request)?;
    let member = principal.unwrap_or(caster.0);
    let input = ChangeOne {
        service: Arc::clone(service),
        by,
        frozen: service.frozen.of(&vote.meeting()).await?,
        vote: vote.clone(),
        member,
        caster,
        choice,
        retry,
    };
    service
        .store
        .transaction("meeting.change_ballot", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%vote, member = %member.uuid(), "ballot changed");
    let ballot = store::vote::ballot(service.reader(), &vote, member).await?;
    let ballot = ballot.ok_or_else(|| Error::not_found(vote.ballot(member)))?;
    let told = named::tell_one(service, &vote.community, ballot).await?;
    let ballot = told.ok_or_else(|| Error::not_found(vote.ballot(member)))?;
    Ok(convert::decision::ballot(&vote, ballot))
}

async fn apply(tx: &Tx, input: &ChangeOne) -> Result<(), Failure> {
    let ChangeOne {
        service,
        by,
        frozen,
        vote: name,
        member,
        caster,
        choice,
        retry,
    } = input;
    let ballot_name = name.ballot(*member);
    if retry.earlier(tx, by, &ballot_name, service.now()).await?.is_some() {
        return Ok(());
    }
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let vote = store::vote::hold(tx, name).await?;
    // only now: what was cast before the vote was held was cast before
    let now = service.now();
    vote.expect_open()?;
    meeting.expect(Step::Decide)?;
    let frozen = Meeting::frozen(&meeting.name, frozen.as_deref())?;
    vote.expect_changeable(&frozen.pack)?;
    let room = store::presence::room(tx, &meeting.name).await?;
    meeting.expect_quorum(&vote.quorum_now(&room, frozen, now)?)?;
    let own = store::vote::ballot(tx, name, *member).await?;
    let Some(own) = own else {
        vote.expect_not_recused(*member)?;
        return Err(Error::new(&reasons::NOT_ELIGIBLE)
            .with("member", member.name(&name.community))
            .with("name", name)
            .into());
    };
    expect_caster(name, &own, *caster, &room)?;
    if own.member != caster.0 {
        let item = store::motion::get(tx, &meeting.name.motion(vote.motion))
            .await?
            .agenda_item;
        own.expect_proxy_permits(&room, item, *choice, now)?;
    }
    let kept = own.superseded(service.store.ids().next(), BallotChangeKind::Changed, now);
    let same = own.cast.is_some_and(|(said, ..)| said == *choice);
    let changed = own.change(&vote, *choice, *caster, now)?;
    if let Some(before) = kept.filter(|_| !same) {
        store::recorded_ballot::change(tx, by, name, &changed, &before).await?;
        events::append(tx, by, events::BallotChanged, &meeting.name, &ballot_name, now).await?;
    }
    Ok(())
}

/// Its voter, present in the person who acts, or the present holder of the proxy by which it is cast.
fn expect_caster(vote: &VoteName, own: &Ballot, (caster, representative): (Member, UserId), room: &Room) -> Result<()> {
    let community = &vote.community;
    if own.member != caster && own.proxy.is_none_or(|held| held.holder != caster) {
        return Err(Error::new(&reasons::PROXY_ABSENT).with("principal", own.member.name(community)));
    }
    if room.interval_of(community, caster, representative).is_err() {
        return Err(Error::new(&reasons::NOT_REPRESENTATIVE)
            .with("member", caster.name(community))
            .with("name", vote));
    }
    Ok(())
}
