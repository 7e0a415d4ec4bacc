use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, reasons};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::{name, service_record};
use crate::domain::{Account, AccountKind, Owner, ServiceRecord, ServiceState, Transfer, TransferKind, Unit};
use crate::names::{ServiceRecordName, TransferName};
use crate::service::Service;
use crate::{events, queries, store};

struct Confirm {
    service: Arc<Service>,
    by: Authorized,
    name: ServiceRecordName,
}

pub async fn confirm(service: &Arc<Service>, request: Request<pb::ConfirmServiceRequest>) -> Result<pb::ServiceRecord> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ServiceRecordName = name("name", &request.name)?;
    let (by, _) = service.decidable(admitted, &name).await?;
    let input = Confirm {
        service: Arc::clone(service),
        by,
        name: name.clone(),
    };
    service
        .store
        .transaction("ledger.confirm_service", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "service confirmed");
    let known = queries::service_record::known(service, &name).await?;
    Ok(service_record::service_record(known))
}

async fn apply(tx: &Tx, input: &Confirm) -> Result<(), Failure> {
    let (by, now) = (&input.by, input.service.now());
    let mut record = store::service_record::hold(tx, &input.name)
        .await?
        .ok_or_else(|| Error::not_found(&input.name))?;
    let decider = by.user().ok_or_else(|| Error::new(&reasons::PERSONS_ONLY))?;
    record.expect_decidable(decider)?;
    let credits = credits(tx, input, &record).await?;
    store::engine::make(tx, by, &credits).await?;
    record.state = ServiceState::Confirmed;
    record.decided = Some((decider, now));
    record.batch = credits.first().map(|first| first.name.transfer);
    store::service_record::save(tx, by, &record).await?;
    events::append(
        tx,
        by,
        events::ServiceConfirmed,
        &input.name.community,
        &input.name,
        now,
    )
    .await
}

/// One transfer to each giver, from the account from which the community issues.
async fn credits(tx: &Tx, input: &Confirm, record: &ServiceRecord) -> Result<Vec<Transfer>, Failure> {
    let (community, now) = (&record.name.community, input.service.now());
    let mut made: Vec<Transfer> = Vec::with_capacity(record.givers.len());
    for giver in record.givers.iter().filter(|giver| giver.minutes > 0) {
        let account = input
            .service
            .own_account(tx, &input.by, community, Owner::Person(giver.user), Unit::Minutes)
            .await?;
        let name = TransferName::new(community, input.service.store.ids().next());
        made.push(Transfer {
            batch: made.first().map_or(name.transfer, |first| first.name.transfer),
            name,
            place: i32::try_from(made.len()).map_err(Error::internal)?,
            debit: Account::book_id(AccountKind::Issuance, Unit::Minutes),
            credit: account,
            unit: Unit::Minutes,
            amount: giver.minutes,
            kind: TransferKind::Service,
            memo: record.summary.chars().take(200).collect(),
            voucher: None,
            expires_at: None,
            corrects: None,
            serves: record.serves,
            creator: input.by.actor(),
            made_at: now,
        });
    }
    Ok(made)
}
