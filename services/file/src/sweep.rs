//! The timer `file.sweep`: removes the bytes of retired files whose time is over, bytes that no file came to need, and what
//! uploads that broke off have left. It holds no permission of anybody's: each step is guarded by what the rows say.

use std::sync::Arc;

use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{CommunityId, Result, Timestamp};
use yihe_store::{Failure, Store, Tx};

use crate::commands::file::upload::RESERVED_SECONDS;
use crate::config::Config;
use crate::content::Content;
use crate::domain::{Blob, File};
use crate::{events, store};

const BATCH: u64 = 100;

/// Removes leftovers. Several may run at once.
#[derive(Clone)]
pub struct Sweeper {
    store: Store,
    content: Content,
    config: Config,
}

/// What one sweep removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Retired files whose bytes are no longer kept.
    pub files: u64,
    /// Blobs that no file needs.
    pub blobs: u64,
    /// Leftovers of uploads.
    pub unfinished: u64,
}

struct Step<T> {
    by: Authorized,
    now: Timestamp,
    what: T,
}

impl Sweeper {
    pub(crate) fn new(store: Store, content: Content, config: Config) -> Self {
        Self { store, content, config }
    }

    pub(crate) async fn run(self) {
        loop {
            match self.sweep().await {
                Ok(swept) if swept == Swept::default() => {}
                Ok(swept) => tracing::info!(?swept, "files swept"),
                Err(error) => tracing::warn!(%error, "a sweep of files ended early"),
            }
            tokio::time::sleep(self.config.sweep_every).await;
        }
    }

    /// Removes what there is to remove.
    ///
    /// # Errors
    /// The store or the folder fails; what was removed before stays removed.
    pub async fn sweep(&self) -> Result<Swept> {
        let mut swept = Swept::default();
        let now = self.store.clock().now();
        let before = now.plus_days(-self.config.keep_retired_days);
        for file in store::file::to_remove(self.store.reader(), before, now, BATCH).await? {
            let step = self.step(file.name.community.clone(), now, file);
            let removed = self
                .store
                .transaction("file.remove_file", step, |tx, step| Box::pin(remove(tx, step)));
            swept.files += u64::from(removed.await?);
        }
        for blob in store::blob::lapsed(self.store.reader(), now, BATCH).await? {
            swept.blobs += u64::from(self.sweep_blob(blob, now).await?);
        }
        let before = now.plus_seconds(-RESERVED_SECONDS);
        swept.unfinished = self.content.remove_unfinished(before).await?;
        Ok(swept)
    }

    /// The decision is stored first: an upload of the same bytes waits until they are gone.
    async fn sweep_blob(&self, blob: Blob, now: Timestamp) -> Result<bool> {
        let step = Arc::new(self.step(blob.community.clone(), now, blob));
        let doomed = self.store.transaction("file.doom_blob", Arc::clone(&step), |tx, step| {
            Box::pin(store::blob::doom(tx, &step.by, &step.what, step.now))
        });
        if !doomed.await? {
            return Ok(false);
        }
        self.content.remove(&step.what).await?;
        self.store
            .transaction("file.forget_blob", step, |tx, step| {
                Box::pin(store::blob::forget(tx, &step.by, &step.what))
            })
            .await?;
        Ok(true)
    }

    fn step<T>(&self, community: CommunityId, now: Timestamp, what: T) -> Step<T> {
        let run = self.store.ids().next::<Uuid>();
        Step {
            by: Authorized::by_event("file", run, community),
            now,
            what,
        }
    }
}

async fn remove(tx: &Tx, step: &Step<File>) -> Result<bool, Failure> {
    let Step { by, now, what: file } = step;
    if !store::file::set_removed(tx, by, &file.name, *now).await? {
        return Ok(false);
    }
    store::blob::release(tx, by, &file.blob(), *now).await?;
    events::append(tx, by, events::FileRemoved, file, *now).await?;
    Ok(true)
}
