//! What both ends of a redemption have in common.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::domain::{HoldEnd, Outcome};
use crate::names::{RedemptionName, TransferName};
use crate::service::Service;
use crate::{queries, store};

/// The end of a redemption, asked for by somebody who may.
pub struct End {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub name: RedemptionName,
    pub outcome: Outcome,
}

impl End {
    /// Ends it in a transaction of its own, under its name.
    pub async fn commit(self, transaction: &'static str) -> Result<pb::Redemption> {
        let (service, name) = (Arc::clone(&self.service), self.name.clone());
        service
            .store
            .transaction(transaction, self, |tx, input| Box::pin(input.apply(tx)))
            .await?;
        tracing::info!(%name, "redemption ended");
        queries::good::told(&service, &name).await
    }

    async fn apply(&self, tx: &Tx) -> Result<(), Failure> {
        let now = self.service.now();
        let hold = TransferName::new(&self.name.community, self.name.redemption.uuid().into());
        let hold = store::transfer::find(tx, &hold).await?;
        let hold = hold.ok_or_else(|| Error::not_found(&self.name))?;
        hold.expect_open(now)?;
        let posted = match self.outcome {
            Outcome::Posted => hold.transfer.amount,
            Outcome::Voided | Outcome::Expired => 0,
        };
        let end = HoldEnd {
            outcome: self.outcome,
            posted,
            ended_at: now,
        };
        store::engine::end(tx, &self.by, &hold.transfer, end).await
    }
}
