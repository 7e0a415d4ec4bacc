//! What both ends of a hold by hand have in common.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::domain::{Hold, HoldEnd, Outcome};
use crate::names::TransferName;
use crate::service::Service;
use crate::{queries, reasons, store};

/// The end of a hold, asked for by somebody who may.
pub struct End {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub hold: Hold,
    pub outcome: Outcome,
    /// How much is to be posted; 0 means all.
    pub amount: i64,
}

impl End {
    /// Ends it in a transaction of its own, under its name.
    pub async fn commit(self, transaction: &'static str) -> Result<pb::Transfer> {
        let service = Arc::clone(&self.service);
        let name = service
            .store
            .transaction(transaction, self, |tx, input| Box::pin(input.apply(tx)))
            .await?;
        tracing::info!(%name, "hold ended");
        queries::transfer::told(&service, &name).await
    }

    async fn apply(&self, tx: &Tx) -> Result<TransferName, Failure> {
        let now = self.service.now();
        let name = &self.hold.transfer.name;
        let hold = store::transfer::find(tx, name).await?;
        let hold = hold.ok_or_else(|| Error::not_found(name))?;
        hold.expect_open(now)?;
        if !hold.transfer.kind.is_ended_here() {
            return Err(Error::new(&reasons::TRANSFER_KIND)
                .with("name", name)
                .with("kind", hold.transfer.kind.code())
                .into());
        }
        let posted = match self.outcome {
            Outcome::Posted => hold.expect_amount(self.amount)?,
            Outcome::Voided | Outcome::Expired => 0,
        };
        let end = HoldEnd {
            outcome: self.outcome,
            posted,
            ended_at: now,
        };
        store::engine::end(tx, &self.by, &hold.transfer, end).await?;
        Ok(name.clone())
    }
}
