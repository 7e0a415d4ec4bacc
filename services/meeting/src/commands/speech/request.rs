use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::speech::NewSpeech;
use crate::convert::{self, name};
use crate::domain::{Frozen, Meeting, Member, Speech, SpeechState, Step, debate_rules};
use crate::names::{AgendaItemName, MeetingName, SpeechName};
use crate::service::{Service, person};
use crate::{events, queries, reasons, store};

struct Ask {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    item: AgendaItemName,
    member: Member,
    speaker: UserId,
    frozen: Option<Arc<Frozen>>,
    new: NewSpeech,
}

pub async fn request(service: &Arc<Service>, request: Request<pb::RequestToSpeakRequest>) -> Result<pb::Speech> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let item: AgendaItemName = name("agenda_item", &request.agenda_item)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &meeting, wanted).await?;
    let new = NewSpeech::speech(&request)?;
    ask(service, by, (meeting, item), member, new).await
}

pub async fn raise_point_of_order(
    service: &Arc<Service>,
    request: Request<pb::RaisePointOfOrderRequest>,
) -> Result<pb::Speech> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let item: AgendaItemName = name("agenda_item", &request.agenda_item)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &meeting, wanted).await?;
    let new = NewSpeech::point_of_order(&request)?;
    ask(service, by, (meeting, item), member, new).await
}

async fn ask(
    service: &Arc<Service>,
    by: Authorized,
    (meeting, item): (MeetingName, AgendaItemName),
    member: Member,
    new: NewSpeech,
) -> Result<pb::Speech> {
    let speaker = person(by.user())?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Ask {
        service: Arc::clone(service),
        by,
        meeting,
        item,
        member,
        speaker,
        frozen,
        new,
    };
    let name = service
        .store
        .transaction("meeting.request_to_speak", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "speech asked for");
    queries::speech::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Ask) -> Result<SpeechName, Failure> {
    let Ask {
        service,
        by,
        meeting,
        item,
        new,
        ..
    } = input;
    let now = service.now();
    let name = meeting.speech(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, meeting).await?;
    held.expect(Step::Decide)?;
    let rules = debate_rules(&held)?;
    let found = if item.meeting() == *meeting {
        store::agenda::find(tx, item).await?
    } else {
        None
    };
    let found = found.ok_or_else(|| Error::not_found(item))?;
    if found.withdrawn_at.is_some() {
        return Err(Error::new(&reasons::AGENDA_ITEM_WITHDRAWN).with("name", item).into());
    }
    expect_there(tx, input).await?;
    let speech = Speech {
        name: name.clone(),
        item: item.agenda_item,
        member: input.member,
        speaker: input.speaker,
        side: new.side,
        state: SpeechState::Waiting,
        asked_at: now,
        floor_at: None,
        spoken_micros: 0,
        ended_at: None,
    };
    let mut others = store::speech::all(tx, meeting).await?;
    others.retain(|other| other.item == speech.item);
    speech.expect_askable(rules, &others)?;
    store::speech::insert(tx, by, &speech).await?;
    let kind = match speech.is_point_of_order() {
        true => events::PointOfOrderRaised,
        false => events::SpeechRequested,
    };
    events::append(tx, by, kind, meeting, &name, now).await?;
    Ok(name)
}

/// Who speaks is there: a member by its representative, or a person by an invitation for the item.
async fn expect_there(tx: &Tx, input: &Ask) -> Result<(), Failure> {
    let Ask {
        meeting,
        item,
        member,
        speaker,
        frozen,
        ..
    } = input;
    let frozen = Meeting::frozen(meeting, frozen.as_deref())?;
    let rostered = frozen.roster.contains_key(member);
    let invited = match member.person().filter(|_| !rostered) {
        Some(person) => store::invited_person::standing(tx, meeting, person).await?,
        None => None,
    };
    let Some(invited) = invited else {
        frozen.entry(*member)?;
        let room = store::presence::room(tx, meeting).await?;
        room.interval_of(&meeting.community, *member, *speaker)?;
        return Ok(());
    };
    if !invited.items.is_empty() && !invited.items.contains(&item.agenda_item) {
        return Err(Error::new(&reasons::NOT_INVITED_FOR)
            .with("member", member.name(&meeting.community))
            .with("name", item)
            .into());
    }
    let visitors = store::presence::visitors(tx, meeting).await?;
    visitors.interval_of(&meeting.community, *member, *speaker)?;
    Ok(())
}
