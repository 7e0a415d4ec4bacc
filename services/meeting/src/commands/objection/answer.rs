use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::minutes::Answer;
use crate::names::ObjectionName;
use crate::service::{Service, person};
use crate::{events, reasons, store};

struct AnswerIt {
    service: Arc<Service>,
    by: Authorized,
    name: ObjectionName,
    answerer: UserId,
    text: String,
}

pub async fn answer(service: &Arc<Service>, request: Request<pb::AnswerObjectionRequest>) -> Result<pb::Objection> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ObjectionName = name("name", &request.name)?;
    let (by, _) = service.objection(admitted, &name).await?;
    let answerer = person(by.user())?;
    let mut fields = Fields::new();
    let text = fields.lines("answer", &request.answer, 1..=5000);
    fields.finish()?;
    let input = AnswerIt {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        answerer,
        text,
    };
    service
        .store
        .transaction("meeting.answer_objection", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "objection answered");
    let objection = store::objection::find(service.reader(), &name).await?;
    Ok(objection.ok_or_else(|| Error::not_found(&name))?.into())
}

async fn apply(tx: &Tx, input: &AnswerIt) -> Result<(), Failure> {
    let AnswerIt {
        service,
        by,
        name,
        answerer,
        text,
    } = input;
    let now = service.now();
    let minutes = store::minutes::get(tx, &name.meeting()).await?;
    let answer = Answer {
        text: text.clone(),
        at: now,
        by: *answerer,
        late: minutes.expect_disclosure(now).is_err(),
    };
    if !store::objection::answer(tx, by, name, &answer).await? {
        return Err(Error::new(&reasons::OBJECTION_ANSWERED).with("name", name).into());
    }
    events::append(tx, by, events::ObjectionAnswered, &name.meeting(), name, now).await
}
