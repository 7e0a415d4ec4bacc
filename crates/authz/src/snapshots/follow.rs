use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{sleep, timeout};
use yihe_kernel::{CommunityName, Error, RegionName, Result};
use yihe_proto::policy::v1 as pb;

use super::inner::Inner;
use super::{PATIENCE, SILENCE, late};
use crate::{Revision, Scope};

impl Inner {
    pub(super) async fn follow(self: Arc<Self>) {
        let mut pause = Duration::from_millis(50);
        loop {
            let error = match self.follow_once(&mut pause).await {
                Ok(()) => "the watch has ended".to_owned(),
                Err(error) => error.to_string(),
            };
            // while a node starts its services come up one after another: the first tries may well fail
            if pause < Duration::from_millis(400) {
                tracing::debug!(error, "the policies are not followed yet; trying again");
            } else {
                tracing::warn!(error, "the policies are not followed; trying again");
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    async fn follow_once(&self, pause: &mut Duration) -> Result<()> {
        let mut stream = timeout(PATIENCE, self.source.watch())
            .await
            .unwrap_or_else(|_| Err(late()))?;
        timeout(PATIENCE, self.fetch_root())
            .await
            .unwrap_or_else(|_| Err(late()))?;
        self.note_watch();
        self.note_word();
        *pause = Duration::from_millis(50);
        self.tick();
        while let Some(change) = timeout(SILENCE, stream.next()).await.map_err(|_| late())? {
            self.hear(&change?).await?;
        }
        Ok(())
    }

    async fn hear(&self, change: &pb::RevisionChange) -> Result<()> {
        let revision = Revision::from_proto(change.revision.as_ref());
        if change.community.is_empty() && change.region.is_empty() {
            let behind = self.root().is_none_or(|root| !root.revision().covers(revision));
            if change.revision.is_some() && behind {
                timeout(PATIENCE, self.fetch_root())
                    .await
                    .unwrap_or_else(|_| Err(late()))?;
                self.tick();
            }
        } else {
            self.note_revision(place(change)?, revision);
            self.tick();
        }
        self.note_word();
        Ok(())
    }
}

fn place(change: &pb::RevisionChange) -> Result<Scope> {
    if change.community.is_empty() {
        let name = change.region.parse::<RegionName>();
        let name = name.map_err(|refusal| Error::malformed_name("region", &refusal))?;
        return Ok(Scope::Region(name.region));
    }
    let name = change.community.parse::<CommunityName>();
    let name = name.map_err(|refusal| Error::malformed_name("community", &refusal))?;
    Ok(Scope::Community(name.community))
}
