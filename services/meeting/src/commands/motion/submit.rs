use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, FileName, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::commands::record::keep::keep;
use crate::convert::decision::NewMotion;
use crate::convert::{self, name};
use crate::domain::{Frozen, Meeting, Member, Motion, MotionState, NewRecord, Organization, RecordedAct, Second};
use crate::names::{AgendaItemName, MeetingName, MotionName};
use crate::service::{Service, person};
use crate::{events, store};

pub(super) struct Submit {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub meeting: MeetingName,
    pub item: AgendaItemName,
    pub mover: Member,
    /// Who moves it for the member; absent where the clerk records it.
    pub user: Option<UserId>,
    pub frozen: Option<Arc<Frozen>>,
    /// The mover, where what it is called now is asked for.
    pub known: Vec<Organization>,
    pub new: NewMotion,
    /// Evidence and note of the clerk, where it is recorded for the member.
    pub recorded: Option<(Option<FileName>, String)>,
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
    let user = Some(person(by.user())?);
    let new = NewMotion::try_from(&request)?;
    let frozen = service.frozen.of(&meeting).await?;
    let known = known(service, &held, mover).await?;
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
        recorded: None,
    };
    let name = service
        .store
        .transaction("meeting.submit_motion", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "motion submitted");
    Ok(store::motion::get(service.reader(), &name).await?.into())
}

/// Who moves in writing is on no roster yet: what it is called is asked for.
pub(super) async fn known(service: &Service, meeting: &Meeting, mover: Member) -> Result<Vec<Organization>> {
    match mover.organization() {
        Some(organization) if meeting.is_written() => {
            let asked = [organization];
            service.directory.organizations(&meeting.name.community, &asked).await
        }
        _ => Ok(Vec::new()),
    }
}

pub(super) async fn apply(tx: &Tx, input: &Submit) -> Result<MotionName, Failure> {
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
        recorded,
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
        let room = store::presence::room(tx, meeting).await?;
        match user {
            Some(user) => room.interval_of(&meeting.community, *mover, *user)?,
            None => room.open_interval(&meeting.community, *mover)?,
        };
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
    if let Some((evidence, note)) = recorded {
        let new = NewRecord {
            meeting: meeting.clone(),
            act: RecordedAct::Motion,
            member: *mover,
            subject: name.to_string(),
            evidence: evidence.clone(),
            note: note.clone(),
        };
        keep(tx, service, by, new, now).await?;
    }
    Ok(name)
}
