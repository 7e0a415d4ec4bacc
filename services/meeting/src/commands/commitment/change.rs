//! What all changes of one commitment have in common: it is held, its version compared, and what happened is noted.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::domain::{Changed, Commitment, Doing};
use crate::names::CommitmentName;
use crate::service::Service;
use crate::{convert, events, store};

/// A change asked for by somebody who may.
pub struct Change<F> {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub name: CommitmentName,
    pub etag: String,
    /// What happens to it.
    pub transition: F,
}

impl<F> Change<F>
where
    F: Fn(Commitment, Doing) -> Result<Changed> + Send + Sync + 'static,
{
    /// Makes the change in a transaction of its own, under its name.
    pub async fn commit(self, transaction: &'static str) -> Result<pb::Commitment> {
        let service = Arc::clone(&self.service);
        let changed = service
            .store
            .transaction(transaction, self, |tx, change| Box::pin(change.apply(tx)))
            .await?;
        changed.told(&service)
    }

    /// Makes the change in the transaction.
    pub async fn apply(&self, tx: &Tx) -> Result<Changed, Failure> {
        let commitment = store::commitment::hold(tx, &self.name).await?;
        commitment.expect_etag(&self.etag)?;
        // only now: what was done before it was held happened before
        let doing = Doing::by(&self.by, self.service.now());
        let changed = (self.transition)(commitment, doing)?;
        store::commitment::save(tx, &self.by, &changed).await?;
        let (kind, at) = (events::of_commitment(changed.step.act), changed.step.doing.at);
        events::append(tx, &self.by, kind, &self.name, &self.name, at).await?;
        Ok(changed)
    }
}

impl Changed {
    /// Logs the change and answers with the commitment as it is now.
    pub fn told(self, service: &Service) -> Result<pb::Commitment> {
        tracing::info!(name = %self.commitment.name, act = self.step.act.code(), "commitment changed");
        convert::commitment::commitment(self.commitment, service.now())
    }
}
