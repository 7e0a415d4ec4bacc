use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Fields, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{Dissent, DissentAnswer};
use crate::names::DissentName;
use crate::service::{Service, person};
use crate::{events, store};

struct AnswerIt {
    service: Arc<Service>,
    by: Authorized,
    name: DissentName,
    answerer: UserId,
    text: String,
}

pub async fn answer(service: &Arc<Service>, request: Request<pb::AnswerDissentRequest>) -> Result<pb::Dissent> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: DissentName = name("name", &request.name)?;
    let (by, _) = service.dissent(admitted, &name).await?;
    let answerer = person(by.user())?;
    let mut fields = Fields::new();
    let text = fields.lines("answer", &request.answer, 1..=5000);
    fields.finish()?;
    let input = AnswerIt {
        service: Arc::clone(service),
        by,
        name,
        answerer,
        text,
    };
    let dissent = service
        .store
        .transaction("meeting.answer_dissent", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %dissent.name, "dissent answered");
    Ok(dissent.into())
}

async fn apply(tx: &Tx, input: &AnswerIt) -> Result<Dissent, Failure> {
    let AnswerIt {
        service,
        by,
        name,
        answerer,
        text,
    } = input;
    let now = service.now();
    let answer = DissentAnswer {
        text: text.clone(),
        at: now,
        by: *answerer,
    };
    let dissent = store::dissent::get(tx, name).await?.answer(answer)?;
    store::dissent::answer(tx, by, &dissent).await?;
    events::append(tx, by, events::DissentAnswered, &name.meeting(), name, now).await?;
    Ok(dissent)
}
