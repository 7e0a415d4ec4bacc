use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::dissent::{Decided, NewDissent};
use crate::convert::{self, name};
use crate::domain::{Dissent, Frozen, Meeting, Member, Motion};
use crate::names::{DissentName, MeetingName};
use crate::service::Service;
use crate::{events, store};

struct Attach {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    member: Member,
    frozen: Option<Arc<Frozen>>,
    new: NewDissent,
}

pub async fn attach(service: &Arc<Service>, request: Request<pb::AttachDissentRequest>) -> Result<pb::Dissent> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let wanted = convert::mandate::wanted(&request.member)?;
    let (by, _, member) = service.meeting_as(admitted, &meeting, wanted).await?;
    let new = NewDissent::try_from(&request)?;
    let input = Attach {
        service: Arc::clone(service),
        by,
        member,
        frozen: service.frozen.of(&meeting).await?,
        meeting,
        new,
    };
    let name = service
        .store
        .transaction("meeting.attach_dissent", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "dissent attached");
    Ok(store::dissent::get(service.reader(), &name).await?.into())
}

async fn apply(tx: &Tx, input: &Attach) -> Result<DissentName, Failure> {
    let Attach {
        service,
        by,
        meeting,
        member,
        frozen,
        new,
    } = input;
    let now = service.now();
    let name = meeting.dissent(service.store.ids().next());
    if let Some(earlier) = new.retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    let held = store::meeting::hold(tx, meeting).await?;
    let entry = Meeting::frozen(meeting, frozen.as_deref())?.entry(*member)?;
    let motion = decided(tx, meeting, &new.subject).await?;
    let before = store::dissent::of_motion(tx, &motion.name).await?;
    Dissent::expect_possible(&held, &motion, *member, &before)?;
    let dissent = Dissent {
        name: name.clone(),
        motion: motion.name.motion,
        member: *member,
        member_display_name: entry.display_name.clone(),
        text: new.text.clone(),
        created_at: now,
        answer: None,
    };
    store::dissent::insert(tx, by, &dissent).await?;
    events::append(tx, by, events::DissentAttached, meeting, &name, now).await?;
    Ok(name)
}

/// The motion of the meeting that a resolution, a vote or a motion is of.
async fn decided(tx: &Tx, meeting: &MeetingName, subject: &Decided) -> Result<Motion, Failure> {
    let motion = match subject {
        Decided::Motion(motion) => Some(motion.clone()),
        Decided::Vote(vote) => store::vote::find(tx, vote)
            .await?
            .map(|found| vote.meeting().motion(found.motion)),
        Decided::Resolution(resolution) => store::resolution::find(tx, resolution).await?.map(|found| found.motion),
    };
    let found = match motion.filter(|motion| motion.meeting() == *meeting) {
        Some(motion) => store::motion::find(tx, &motion).await?,
        None => None,
    };
    Ok(found.ok_or_else(|| Error::not_found(subject))?)
}
