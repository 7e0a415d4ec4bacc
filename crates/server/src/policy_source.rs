use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use yihe_authz::{Layer, Revision, Scope, SnapshotSource};
use yihe_kernel::Result;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;

use crate::remote_error::remote_error;
use crate::service_link::ServiceLink;

// a large community has tens of thousands of role terms of about 150 bytes
const LARGEST_SNAPSHOT: usize = 64 << 20;

/// Snapshots from the policy service.
#[derive(Debug, Clone)]
pub struct PolicySource {
    client: SnapshotServiceClient<ServiceLink>,
}

impl PolicySource {
    /// Asks over `link`, which leads to the policy service.
    #[must_use]
    pub fn new(link: ServiceLink) -> Self {
        Self {
            client: SnapshotServiceClient::new(link).max_decoding_message_size(LARGEST_SNAPSHOT),
        }
    }
}

#[async_trait]
impl SnapshotSource for PolicySource {
    async fn snapshot(&self, scope: Option<&Scope>, at_least: Option<Revision>) -> Result<pb::Snapshot> {
        self.snapshot_beside(scope, at_least, &[]).await
    }

    async fn snapshot_beside(
        &self,
        scope: Option<&Scope>,
        at_least: Option<Revision>,
        held: &[Arc<Layer>],
    ) -> Result<pb::Snapshot> {
        let name = scope.map(ToString::to_string).unwrap_or_default();
        let (region, community) = match scope {
            Some(Scope::Region(_)) => (name, String::new()),
            Some(Scope::Community(_)) | None => (String::new(), name),
        };
        let request = pb::GetSnapshotRequest {
            community,
            at_least: at_least.map(Revision::to_proto),
            region,
            have_layers: held.iter().map(|layer| layer.digest().to_vec()).collect(),
            layered: true,
            ..Default::default()
        };
        let answer = self.client.clone().get_snapshot(request).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| remote_error(&status, &[]))
    }

    async fn watch(&self) -> Result<BoxStream<'static, Result<pb::RevisionChange>>> {
        let answer = self.client.clone().watch_revisions(pb::WatchRevisionsRequest {}).await;
        let changes = answer.map_err(|status| remote_error(&status, &[]))?.into_inner();
        Ok(changes
            .map(|change| change.map_err(|status| remote_error(&status, &[])))
            .boxed())
    }
}
