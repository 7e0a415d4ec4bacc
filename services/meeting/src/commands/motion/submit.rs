use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::decision::NewMotion;
use crate::convert::{self, name};
use crate::domain::{Frozen, Meeting, Member, Motion, MotionState, Organization, Second};
use crate::names::{AgendaItemName, MeetingName, MotionName};
use crate::service::{Service, person};
use crate::{events, store};

struct Submit {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    item: AgendaItemName,
    mover: Member,
    user: UserId,
    frozen: Option<Arc<Frozen>>,
    known: Vec<Organization>,
    new: NewMotion,
}

pub async fn submit(service: &Arc<Service>, request: Request<pb::SubmitMotionRequest>) -> Result<pb::Motion> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let item = request
        .motion
        .as_ref()
        .map(|motion| motion.agenda_item.as_str())
        .unwrap_or_default();
    let item: AgendaItemName = name("motion.agenda_item", item)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, held, mover) = service.meeting_as(admitted, &meeting, wanted).await?;
    let user = person(by.user())?;
    let new = NewMotion::try_from(&request)?;
    let frozen = service.frozen.of(&meeting).await?;
    let known = match mover.organization() {
        Some(organization) if held.is_written() => {
            let asked = [organization];
            service.directory.organizations(&meeting.community, &asked).await?
        }
        _ => Vec::new(),
    };
    let input = Submit {
        service: Arc::clone(service),
        by,
        meeting,
        item,
        mover,
        user,
        frozen,
        known,
        new,
    };
    let name = service
        .store
        .transaction("meeting.submit_motion", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "motion submitted");
    Ok(store::motion::get(service.reader(), &name).await?.into())
}

async fn apply(tx: &Tx, input: &Submit) -> Result<MotionName, Failure> {
    let Submit {
        service,
        by,
        meeting,
        item,
        mover,
        user,
        frozen,
        known,
        new,
    } = input;
    let now = service.now();
    let name = meeting.motion(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, meeting).await?;
    held.expect(held.motions_step())?;
    let found = if item.meeting() == *meeting {
        store::agenda::find(tx, item).await?
    } else {
        None
    };
    let found = found.ok_or_else(|| Error::not_found(item))?;
    let mover_display_name = if held.is_written() {
        found.expect_on_draft()?;
        match mover.organization() {
            Some(organization) => Organization::member_of(known, organization)?.display_name.clone(),
            None => String::new(),
        }
    } else {
        let frozen = Meeting::frozen(meeting, frozen.as_deref())?;
        let entry = frozen.entry(*mover)?;
        store::presence::room(tx, meeting)
            .await?
            .interval_of(&meeting.community, *mover, *user)?;
        found.expect_decidable(&frozen.pack)?;
        entry.display_name.clone()
    };
    found.expect_own_text()?;
    let others = store::motion::of_item(tx, item).await?;
    Motion::expect_candidate(&found, new.candidate, &others)?;
    let motion = Motion {
        name: name.clone(),
        agenda_item: item.agenda_item,
        text: new.text.clone(),
        mover: *mover,
        mover_display_name,
        // nobody need second what owners are asked in writing: there is no room in which to do it
        state: match frozen.as_deref().filter(|_| !held.is_written()) {
            Some(frozen) if Second::needed(frozen, false) > 0 => MotionState::AwaitingSecond,
            _ => MotionState::Submitted,
        },
        created_at: now,
        version: 1,
        candidate: new.candidate,
        withdrawal: None,
    };
    store::motion::insert(tx, by, &motion).await?;
    events::append(tx, by, events::MotionSubmitted, meeting, &name, now).await?;
    Ok(name)
}
