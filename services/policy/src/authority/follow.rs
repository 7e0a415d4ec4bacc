use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use yihe_authz::Scope;
use yihe_kernel::{CommunityName, RegionName};
use yihe_proto::directory::v1::WatchAuthorityRequest;
use yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient;
use yihe_server::ServiceLink;

use super::Known;
use crate::config::Pace;

/// Follows the directory's changes of authority for ever; when the watch breaks, begins a new one after a growing pause.
pub(crate) async fn follow(directory: ServiceLink, known: Arc<Known>, pace: Pace) {
    let mut pause = pace.least_pause;
    loop {
        let error = match follow_once(&directory, &known, pace, &mut pause).await {
            Ok(()) => "the watch has ended".to_owned(),
            Err(error) => error,
        };
        tracing::warn!(error, "the directory's authority is not followed; trying again");
        sleep(pause).await;
        pause = (pause * 2).min(pace.greatest_pause);
    }
}

async fn follow_once(directory: &ServiceLink, known: &Known, pace: Pace, pause: &mut Duration) -> Result<(), String> {
    let mut client = AuthorityServiceClient::new(directory.clone());
    let answer = timeout(
        pace.directory_patience,
        client.watch_authority(WatchAuthorityRequest {}),
    )
    .await;
    let mut changes = answer
        .map_err(|_| "no answer")?
        .map_err(|status| status.to_string())?
        .into_inner();
    loop {
        let change = timeout(pace.silence, changes.message()).await.map_err(|_| "silence")?;
        let Some(change) = change.map_err(|status| status.to_string())? else {
            return Ok(());
        };
        *pause = pace.least_pause;
        if !change.community.is_empty() {
            let name: CommunityName = change.community.parse().map_err(|error| format!("{error}"))?;
            known.note(&Scope::Community(name.community), change.sequence);
        } else if !change.region.is_empty() {
            let name: RegionName = change.region.parse().map_err(|error| format!("{error}"))?;
            known.note(&Scope::Region(name.region), change.sequence);
        }
        if change.caught_up {
            known.catch_up();
        }
        known.hear();
    }
}
