//! What all changes of one speech have in common: the meeting is held, and is in session.

use std::sync::Arc;

use yihe_authz::Authorized;
use yihe_kernel::{Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::domain::{DebateRules, Speech, Step, debate_rules};
use crate::names::SpeechName;
use crate::service::Service;
use crate::{events, queries, store};

/// A change of one speech.
pub struct Change<F> {
    pub service: Arc<Service>,
    pub by: Authorized,
    pub name: SpeechName,
    /// The event that tells of it.
    pub event: &'static str,
    /// What happens to it, given all speeches of the meeting: it, and another one that changes with it.
    pub transition: F,
}

impl<F> Change<F>
where
    F: Fn(Speech, &DebateRules, &[Speech], Timestamp) -> Result<(Speech, Option<Speech>)> + Send + Sync + 'static,
{
    /// Makes the change in a transaction of its own, under its name.
    pub async fn commit(self, transaction: &'static str) -> Result<pb::Speech> {
        let (service, name, event) = (Arc::clone(&self.service), self.name.clone(), self.event);
        service
            .store
            .transaction(transaction, self, |tx, change| Box::pin(change.apply(tx)))
            .await?;
        tracing::info!(%name, event, "speech changed");
        queries::speech::told(&service, &name).await
    }

    async fn apply(&self, tx: &Tx) -> Result<(), Failure> {
        let now = self.service.now();
        let meeting = store::meeting::hold(tx, &self.name.meeting()).await?;
        meeting.expect(Step::Decide)?;
        let rules = debate_rules(&meeting)?;
        let speech = store::speech::get(tx, &self.name).await?;
        let all = store::speech::all(tx, &meeting.name).await?;
        let (speech, other) = (self.transition)(speech, rules, &all, now)?;
        // the one that gives way first: one speech has the floor at a time
        if let Some(other) = other {
            store::speech::save(tx, &self.by, &other).await?;
            events::append(tx, &self.by, events::SpeechInterrupted, &meeting.name, &other.name, now).await?;
        }
        store::speech::save(tx, &self.by, &speech).await?;
        events::append(tx, &self.by, self.event, &meeting.name, &self.name, now).await
    }
}
