use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, reasons};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{name, service_record};
use crate::domain::ServiceState;
use crate::names::ServiceRecordName;
use crate::service::Service;
use crate::{events, queries, store};

struct Reject {
    service: Arc<Service>,
    by: Authorized,
    name: ServiceRecordName,
    note: String,
}

pub async fn reject(service: &Arc<Service>, request: Request<pb::RejectServiceRequest>) -> Result<pb::ServiceRecord> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ServiceRecordName = name("name", &request.name)?;
    let (by, _) = service.decidable(admitted, &name).await?;
    let mut fields = Fields::new();
    let note = fields.line("note", &request.note, 1..=500);
    fields.finish()?;
    let input = Reject {
        service: Arc::clone(service),
        by,
        name: name.clone(),
        note,
    };
    service
        .store
        .transaction("ledger.reject_service", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "service rejected");
    let known = queries::service_record::known(service, &name).await?;
    Ok(service_record::service_record(known))
}

async fn apply(tx: &Tx, input: &Reject) -> Result<(), Failure> {
    let now = input.service.now();
    let mut record = store::service_record::hold(tx, &input.name)
        .await?
        .ok_or_else(|| Error::not_found(&input.name))?;
    let decider = input.by.user().ok_or_else(|| Error::new(&reasons::PERSONS_ONLY))?;
    record.expect_decidable(decider)?;
    record.state = ServiceState::Rejected;
    record.decided = Some((decider, now));
    record.note.clone_from(&input.note);
    store::service_record::save(tx, &input.by, &record).await?;
    events::append(
        tx,
        &input.by,
        events::ServiceRejected,
        &input.name.community,
        &input.name,
        now,
    )
    .await
}
