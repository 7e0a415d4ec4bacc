use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::amendment::NewAmendment;
use crate::convert::{self, name};
use crate::domain::{Amendment, AmendmentState, Frozen, Meeting, Member, Second, Step};
use crate::names::{AmendmentName, MeetingName, MotionName};
use crate::service::{Service, person};
use crate::{events, store};

struct Submit {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    motion: MotionName,
    mover: Member,
    user: UserId,
    frozen: Option<Arc<Frozen>>,
    new: NewAmendment,
}

pub async fn submit(service: &Arc<Service>, request: Request<pb::SubmitAmendmentRequest>) -> Result<pb::Amendment> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let motion = request.amendment.as_ref().map(|amendment| amendment.motion.as_str());
    let motion: MotionName = name("amendment.motion", motion.unwrap_or_default())?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, mover) = service.meeting_as(admitted, &meeting, wanted).await?;
    let user = person(by.user())?;
    let new = NewAmendment::try_from(&request)?;
    let frozen = service.frozen.of(&meeting).await?;
    let input = Submit {
        service: Arc::clone(service),
        by,
        meeting,
        motion,
        mover,
        user,
        frozen,
        new,
    };
    let name = service
        .store
        .transaction("meeting.submit_amendment", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "amendment submitted");
    Ok(store::amendment::get(service.reader(), &name).await?.into())
}

async fn apply(tx: &Tx, input: &Submit) -> Result<AmendmentName, Failure> {
    let Submit {
        service,
        by,
        meeting,
        motion,
        mover,
        user,
        frozen,
        new,
    } = input;
    let now = service.now();
    let name = meeting.amendment(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    store::meeting::hold(tx, meeting).await?.expect(Step::Decide)?;
    let frozen = Meeting::frozen(meeting, frozen.as_deref())?;
    let entry = frozen.entry(*mover)?;
    store::presence::room(tx, meeting)
        .await?
        .interval_of(&meeting.community, *mover, *user)?;
    if motion.meeting() != *meeting {
        return Err(Error::not_found(motion).into());
    }
    let motion = store::motion::get(tx, motion).await?;
    motion.expect_submitted()?;
    let item = meeting.agenda_item(motion.agenda_item);
    store::agenda::get(tx, &item).await?.expect_own_text()?;
    Amendment::expect_change(&motion, &new.text)?;
    let open = store::amendment::open_of(tx, &motion.name).await?;
    let amendment = Amendment {
        name: name.clone(),
        motion: motion.name.motion,
        motion_version: motion.version,
        rank: Amendment::rank_before(&open),
        text: new.text.clone(),
        rationale: new.rationale.clone(),
        mover: *mover,
        mover_display_name: entry.display_name.clone(),
        state: match Second::needed(frozen, true) {
            0 => AmendmentState::Submitted,
            _ => AmendmentState::AwaitingSecond,
        },
        created_at: now,
        ended_at: None,
        strike_reason: None,
    };
    store::amendment::insert(tx, by, &amendment).await?;
    events::append(tx, by, events::AmendmentSubmitted, meeting, &name, now).await?;
    Ok(name)
}
