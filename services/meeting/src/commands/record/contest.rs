use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, UserId};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Record;
use crate::names::RecordName;
use crate::service::{Service, person};
use crate::{events, store};

struct Contest {
    service: Arc<Service>,
    by: Authorized,
    name: RecordName,
    reason: String,
    recorded_by: Option<UserId>,
}

pub async fn contest(service: &Arc<Service>, request: Request<pb::ContestRecordRequest>) -> Result<pb::Record> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RecordName = name("name", &request.name)?;
    let (by, _) = service.record(admitted, &name).await?;
    let input = Contest {
        service: Arc::clone(service),
        by,
        name,
        reason: reason(&request.reason)?,
        recorded_by: None,
    };
    input.commit("meeting.contest_record").await
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordContestRequest>) -> Result<pb::Record> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RecordName = name("name", &request.name)?;
    let (by, _) = service.record(admitted, &name).await?;
    let recorded_by = Some(person(by.user())?);
    let input = Contest {
        service: Arc::clone(service),
        by,
        name,
        reason: reason(&request.reason)?,
        recorded_by,
    };
    input.commit("meeting.record_contest").await
}

fn reason(text: &str) -> Result<String> {
    let mut fields = Fields::new();
    let reason = fields.lines("reason", text, 1..=2000);
    fields.finish()?;
    Ok(reason)
}

impl Contest {
    async fn commit(self, transaction: &'static str) -> Result<pb::Record> {
        let service = Arc::clone(&self.service);
        let record = service
            .store
            .transaction(transaction, self, |tx, input| Box::pin(apply(tx, input)))
            .await?;
        tracing::info!(name = %record.name, "record contested");
        Ok(record.into())
    }
}

async fn apply(tx: &Tx, input: &Contest) -> Result<Record, Failure> {
    let Contest { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let record = store::clerk_record::find(tx, name)
        .await?
        .ok_or_else(|| Error::not_found(name))?;
    let record = record.contest(&meeting, input.reason.clone(), input.recorded_by, now)?;
    store::clerk_record::set_contest(tx, by, &record).await?;
    events::append(tx, by, events::RecordContested, &meeting.name, name, now).await?;
    Ok(record)
}
