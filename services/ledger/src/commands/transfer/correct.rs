use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, FileName, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::domain::{Hold, Transfer, TransferKind, Unit};
use crate::names::TransferName;
use crate::service::Service;
use crate::{queries, reasons, store};
use yihe_retry::Retry;

struct Correct {
    service: Arc<Service>,
    by: Authorized,
    wrong: Hold,
    memo: String,
    voucher: Option<FileName>,
    retry: Retry,
}

pub async fn correct(service: &Arc<Service>, request: Request<pb::CorrectTransferRequest>) -> Result<pb::Transfer> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: TransferName = convert::name("name", &request.name)?;
    // who received gives it back
    let (by, hold) = service.transfer(admitted, &name, |_, credit| credit).await?;
    let mut fields = Fields::new();
    let retry = Retry::of(&mut fields, &request.request_id, &request);
    convert::required_request_id(&mut fields, &request.request_id);
    let memo = fields.line("memo", &request.memo, 1..=200);
    let voucher = fields.optional_name::<FileName>("voucher", &request.voucher);
    fields.finish()?;
    if hold.transfer.unit == Unit::Fen && voucher.is_none() {
        return Err(Error::new(&reasons::VOUCHER_REQUIRED).with("index", 0));
    }
    let files: Vec<_> = voucher.iter().map(|voucher| voucher.file).collect();
    service.files.keep(&name.community, &files, service.now()).await?;
    let input = Correct {
        service: Arc::clone(service),
        by,
        wrong: hold,
        memo,
        voucher,
        retry,
    };
    let name = service
        .store
        .transaction("ledger.correct_transfer", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "transfer corrected");
    queries::transfer::told(service, &name).await
}

async fn apply(tx: &Tx, input: &Correct) -> Result<TransferName, Failure> {
    let now = input.service.now();
    let wrong = &input.wrong.transfer;
    let name = TransferName::new(&wrong.name.community, input.service.store.ids().next());
    if let Some(earlier) = input.retry.earlier(tx, &input.by, &name, now).await? {
        return Ok(earlier);
    }
    let posted = input.wrong.posted();
    if !wrong.kind.is_corrected_here() || posted == 0 {
        return Err(Error::new(&reasons::TRANSFER_KIND)
            .with("name", &wrong.name)
            .with("kind", wrong.kind.code())
            .into());
    }
    if let Some(correction) = store::transfer::correction_of(tx, &wrong.name).await? {
        return Err(already(input, &TransferName::new(&wrong.name.community, correction)).into());
    }
    let correction = Transfer {
        batch: name.transfer,
        name: name.clone(),
        place: 0,
        debit: wrong.credit,
        credit: wrong.debit,
        unit: wrong.unit,
        amount: posted,
        kind: TransferKind::Correction,
        memo: input.memo.clone(),
        voucher: input.voucher.as_ref().map(|voucher| voucher.file),
        expires_at: None,
        corrects: Some(wrong.name.transfer),
        serves: wrong.serves,
        creator: input.by.actor(),
        made_at: now,
    };
    match store::engine::make(tx, &input.by, &[correction]).await {
        // one that came in between is the one; the index lets no second in
        Err(failure) if failure.is_unique_violation() => Err(already(input, &wrong.name).into()),
        made => made.map(|()| name),
    }
}

fn already(input: &Correct, correction: &TransferName) -> Error {
    Error::new(&reasons::ALREADY_CORRECTED)
        .with("name", &input.wrong.transfer.name)
        .with("correction", correction)
}
