use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Step;
use crate::domain::minutes::Objection;
use crate::names::{MeetingName, ObjectionName};
use crate::service::{Service, person};
use crate::{events, store};
use yihe_retry::Retry;

struct Submit {
    service: Arc<Service>,
    by: Authorized,
    meeting: MeetingName,
    author: UserId,
    text: String,
    retry: Retry,
}

pub async fn submit(service: &Arc<Service>, request: Request<pb::SubmitObjectionRequest>) -> Result<pb::Objection> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let author = person(by.user())?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    let text = fields.lines("text", &request.text, 1..=5000);
    fields.finish()?;
    let input = Submit {
        service: Arc::clone(service),
        by,
        meeting,
        author,
        text,
        retry,
    };
    let name = service
        .store
        .transaction("meeting.submit_objection", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "objection submitted");
    let objection = store::objection::find(service.reader(), &name).await?;
    Ok(objection.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &Submit) -> Result<ObjectionName, Failure> {
    let Submit {
        service,
        by,
        meeting,
        author,
        text,
        retry,
    } = input;
    let now = service.now();
    let name = meeting.objection(service.store.ids().next());
    if let Some(earlier) = retry.earlier(tx, by, &name, now).await? {
        return Ok(earlier);
    }
    store::meeting::hold(tx, meeting).await?.expect(Step::Object)?;
    store::minutes::get(tx, meeting).await?.expect_disclosure(now)?;
    let objection = Objection {
        name: name.clone(),
        author: *author,
        organization: by.organization(),
        text: text.clone(),
        created_at: now,
        answer: None,
    };
    store::objection::insert(tx, by, &objection).await?;
    events::append(tx, by, events::ObjectionSubmitted, meeting, &name, now).await?;
    Ok(name)
}
