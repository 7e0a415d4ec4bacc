use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, reasons};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::service_record::{NewService, parties, service_record};
use crate::domain::{Owner, Serves, ServiceRecord, ServiceState};
use crate::lookup::Facts;
use crate::names::ServiceRecordName;
use crate::service::Service;
use crate::{events, queries, store};

struct Record {
    service: Arc<Service>,
    by: Authorized,
    new: NewService,
    serves: Serves,
}

pub async fn record(service: &Arc<Service>, request: Request<pb::RecordServiceRequest>) -> Result<pb::ServiceRecord> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (givers, organizer) = parties(&request);
    let organized = organizer.map_or_else(Facts::default, |organizer| {
        Facts::of(Owner::Organization(organizer), &admitted)
    });
    let gave = givers
        .into_iter()
        .map(|giver| Facts::of(Owner::Person(giver), &admitted));
    let facts = gave.fold(organized, Facts::or);
    let by = admitted.settle(&|condition| facts.holds(condition))?;
    let new = NewService::try_from(&request)?;
    let community = by.community()?.clone();
    for organization in new.organizations() {
        service.directory.member(&community, organization).await?;
    }
    let (project, claim) = (new.project.as_ref(), new.claim.as_ref());
    let serves = service.projects.expect_open(project, claim).await?;
    let input = Record {
        service: Arc::clone(service),
        by,
        new,
        serves,
    };
    let name = service
        .store
        .transaction("ledger.record_service", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "service recorded");
    Ok(service_record(queries::service_record::known(service, &name).await?))
}

async fn apply(tx: &Tx, input: &Record) -> Result<ServiceRecordName, Failure> {
    let now = input.service.now();
    let name = ServiceRecordName {
        community: input.by.community()?.clone(),
        service_record: input.service.store.ids().next(),
    };
    if let Some(earlier) = input.new.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let recorder = input.by.user().ok_or_else(|| Error::new(&reasons::PERSONS_ONLY))?;
    let record = ServiceRecord {
        name: name.clone(),
        givers: ServiceRecord::share(input.new.minutes, &input.new.givers)?,
        receiver: input.new.receiver,
        organizer: input.new.organizer,
        minutes: input.new.minutes,
        summary: input.new.summary.clone(),
        state: ServiceState::Recorded,
        recorder,
        recorded_at: now,
        decided: None,
        note: String::new(),
        batch: None,
        serves: input.serves,
    };
    store::service_record::insert(tx, &input.by, &record).await?;
    events::append(tx, &input.by, events::ServiceRecorded, &name.community, &name, now).await?;
    Ok(name)
}
