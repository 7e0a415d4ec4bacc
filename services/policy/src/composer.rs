use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::time::{Instant, timeout_at};
use yihe_authz::{Revision, Scope};
use yihe_kernel::{Error, Result};
use yihe_proto::policy::v1 as pb;

use crate::authority::{Authorities, Known};
use crate::config::Pace;
use crate::domain::authority::compose_by;
use crate::domain::rules::Rules;
use crate::domain::wire_layers::WireLayers;
use crate::reasons;

/// Makes snapshots of the rules and the directory's authority.
#[derive(Debug)]
pub(crate) struct Composer {
    /// Those in force; swapped whole, so that readers never wait.
    pub rules: Arc<ArcSwap<Rules>>,
    pub known: Arc<Known>,
    pub authorities: Authorities,
    pub wires: WireLayers,
    pub pace: Pace,
}

impl Composer {
    /// The newest snapshot of a community or region, or of the root layer.
    pub async fn newest(&self, scope: Option<&Scope>) -> Result<pb::Snapshot> {
        self.compose(scope, 0, None).await
    }

    /// The same with the rules by layers; those of the digests come without their grants.
    pub async fn newest_beside(&self, scope: Option<&Scope>, held: Option<&HashSet<Vec<u8>>>) -> Result<pb::Snapshot> {
        self.compose(scope, 0, held).await
    }

    /// The newest snapshot of a community or region.
    pub async fn of(&self, scope: &Scope) -> Result<pb::Snapshot> {
        self.newest(Some(scope)).await
    }

    /// A snapshot that covers `asked`, or `REVISION_UNKNOWN` if that has not come to be in time.
    pub async fn at_least(
        &self,
        scope: Option<&Scope>,
        asked: Revision,
        held: Option<&HashSet<Vec<u8>>>,
    ) -> Result<pb::Snapshot> {
        // the root layer has no part of the directory's
        let asked = if scope.is_none() {
            Revision { directory: 0, ..asked }
        } else {
            asked
        };
        let deadline = Instant::now() + self.pace.wait;
        let mut ticks = self.known.ticks();
        let mut newest = Revision::default();
        let mut ask_for = asked.directory;
        loop {
            let composed = timeout_at(deadline, self.compose(scope, ask_for, held)).await;
            let Ok(snapshot) = composed else { break };
            let snapshot = snapshot?;
            newest = Revision::from_proto(snapshot.revision.as_ref());
            if newest.covers(asked) {
                return Ok(snapshot);
            }
            // the directory was asked once; from here on it tells
            ask_for = 0;
            if !matches!(timeout_at(deadline, ticks.changed()).await, Ok(Ok(()))) {
                break;
            }
        }
        Err(Error::new(&reasons::REVISION_UNKNOWN)
            .with("asked", shown(asked))
            .with("newest", shown(newest)))
    }

    async fn compose(
        &self,
        scope: Option<&Scope>,
        ask_for: u64,
        held: Option<&HashSet<Vec<u8>>>,
    ) -> Result<pb::Snapshot> {
        let authority = match scope {
            Some(scope) => Some(self.authorities.of(scope, ask_for).await?),
            None => None,
        };
        let least_rules = scope.map_or(0, |scope| self.known.least_rules(scope));
        let by_layers = held.map(|held| (&self.wires, held));
        Ok(compose_by(
            &self.rules.load(),
            authority.as_deref(),
            least_rules,
            by_layers,
        ))
    }
}

fn shown(revision: Revision) -> String {
    format!("{}.{}", revision.directory, revision.policy)
}
