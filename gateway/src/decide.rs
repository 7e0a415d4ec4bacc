use std::sync::Arc;

use yihe_authz::{
    Capacity, ConditionSet, Decision, Outcome, Principal, Revision, RevisionTokens, Seen, Snapshot, Snapshots, Use,
    refusal,
};
use yihe_kernel::{CommunityId, Error, Result, SharedClock, Timestamp, reasons};

use crate::capacity;
use crate::target::Need;

/// A caller and what it asks for; enough to decide, and to decide again later.
#[derive(Debug, Clone)]
pub struct Standing {
    pub principal: Principal,
    /// When its credentials were issued.
    pub issued_at: Timestamp,
    /// The one community that its credentials are for.
    pub bound_to: Option<CommunityId>,
    pub asked: Option<Capacity>,
    pub needs: Vec<Need>,
}

/// What a decision came to, where it was not no.
#[derive(Debug, Clone, Copy)]
pub struct Granted {
    pub capacity: Capacity,
    pub revision: Revision,
    /// When it may come out otherwise though nobody acts.
    pub next_change: Option<Timestamp>,
}

/// Decides calls by the snapshots.
pub struct Decider {
    pub snapshots: Arc<Snapshots>,
    pub revisions: RevisionTokens,
    pub clock: SharedClock,
}

impl Decider {
    /// Decides all that a call needs. What depends on the object is let through: the service settles it.
    ///
    /// # Errors
    /// `CREDENTIALS_REVOKED`, the refusals of [`capacity::settle`], `PERMISSION_DENIED`; `SNAPSHOT_STALE` and `UNAVAILABLE`
    /// where it cannot be decided now.
    pub async fn decide(&self, standing: &Standing, at_least: Option<Revision>) -> Result<Granted> {
        let mut granted: Option<Granted> = None;
        for need in &standing.needs {
            self.snapshots.check_age(need.permission)?;
            let snapshot = self.snapshots.at(&need.scope, at_least).await?;
            let now = self.clock.now();
            if snapshot.has_revoked(&standing.principal, standing.issued_at) {
                return Err(Error::new(&reasons::CREDENTIALS_REVOKED));
            }
            self.check_bound(standing, need, &snapshot)?;
            let capacity = match &granted {
                Some(granted) => granted.capacity,
                None => capacity::settle(&snapshot, &standing.principal, standing.asked, need.permission, now)
                    .inspect_err(|error| log_capacity(standing, need, error))?,
            };
            let decision = snapshot.decide(&standing.principal, &capacity, need.permission, now);
            self.snapshots.show(&Seen {
                snapshot: &snapshot,
                principal: &standing.principal,
                capacity: &capacity,
                permission: need.permission,
                now,
                decision: &decision,
            });
            if matches!(decision, Decision::Deny { .. }) {
                return Err(self.denied(standing, capacity, need, &snapshot, &decision));
            }
            let change = snapshot.next_change(&standing.principal, &capacity, now);
            let sofar = granted.get_or_insert(Granted {
                capacity,
                revision: snapshot.revision(),
                next_change: change,
            });
            sofar.next_change = [sofar.next_change, change].into_iter().flatten().min();
        }
        granted.ok_or_else(|| Error::internal("an RPC needs no permission"))
    }

    fn check_bound(&self, standing: &Standing, need: &Need, snapshot: &Snapshot) -> Result<()> {
        match (&standing.bound_to, need.scope.community()) {
            (Some(bound), asked) if asked != Some(bound) => {
                let nothing = Decision::Deny { grant: None };
                Err(self.denied(standing, Capacity::Own, need, snapshot, &nothing))
            }
            _ => Ok(()),
        }
    }

    /// The refusal, with the revision it was decided at; and a line in the log, of ids alone.
    fn denied(
        &self,
        standing: &Standing,
        capacity: Capacity,
        need: &Need,
        snapshot: &Snapshot,
        decision: &Decision,
    ) -> Error {
        let revision = snapshot.revision();
        tracing::info!(
            principal = %standing.principal,
            %capacity,
            permission = need.permission,
            place = %need.scope,
            grant = decision.grant().map_or("-", |grant| grant),
            directory = revision.directory,
            policy = revision.policy,
            "denied"
        );
        let now = self.clock.now();
        self.snapshots.usage().count(Use {
            scope: need.scope.clone(),
            day: Use::day_of(now),
            roles: snapshot.roles(&standing.principal, &capacity, now).join(" ").into(),
            permission: need.permission,
            asked: ConditionSet::EMPTY,
            held: ConditionSet::EMPTY,
            outcome: Outcome::Denied,
        });
        let error = refusal(need.permission, decision);
        match snapshot.scope() {
            Some(scope) => error.with("revision", self.revisions.mint_at(&scope, revision)),
            None => error,
        }
    }
}

fn log_capacity(standing: &Standing, need: &Need, error: &Error) {
    let asked = standing.asked.map_or_else(|| "-".to_owned(), |asked| asked.to_string());
    let (principal, permission, reason) = (&standing.principal, need.permission, error.reason().code);
    tracing::info!(%principal, asked, permission, place = %need.scope, reason, "refused");
}
