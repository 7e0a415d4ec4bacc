use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use super::taking_back::take_back;
use crate::convert::name;
use crate::domain::Record;
use crate::names::RecordName;
use crate::service::Service;
use crate::{events, store};

struct Answer {
    service: Arc<Service>,
    by: Authorized,
    name: RecordName,
    upheld: bool,
    reason: String,
}

pub async fn answer(service: &Arc<Service>, request: Request<pb::AnswerContestRequest>) -> Result<pb::Record> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RecordName = name("name", &request.name)?;
    let (by, _) = service.record(admitted, &name).await?;
    let mut fields = Fields::new();
    let reason = fields.lines("reason", &request.reason, 1..=2000);
    fields.finish()?;
    let input = Answer {
        service: Arc::clone(service),
        by,
        name,
        upheld: request.upheld,
        reason,
    };
    let record = service
        .store
        .transaction("meeting.answer_contest", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %record.name, "record answered");
    Ok(record.into())
}

async fn apply(tx: &Tx, input: &Answer) -> Result<Record, Failure> {
    let Answer { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let record = store::clerk_record::find(tx, name)
        .await?
        .ok_or_else(|| Error::not_found(name))?;
    let record = record.answer(&meeting, input.upheld, input.reason.clone(), now)?;
    store::clerk_record::set_contest(tx, by, &record).await?;
    events::append(tx, by, events::ContestAnswered, &meeting.name, name, now).await?;
    if input.upheld {
        take_back(tx, service, by, &record, now).await?;
    }
    Ok(record)
}
