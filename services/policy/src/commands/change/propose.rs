use tonic::Request;
use uuid::Uuid;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Fields, Result, Timestamp};
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use super::hand;
use crate::convert::change as convert;
use crate::domain::change::edit;
use crate::domain::change::{Change, Hand, State, Step, StepKind};
use crate::domain::place::ChangeName;
use crate::ground::{Ground, Standpoint};
use crate::service::Policy;
use crate::store::{Writing, change};

struct Wanted {
    request: pb::ProposeChangeRequest,
    request_id: Option<Uuid>,
    draft: Draft,
    standpoint: Standpoint,
}

/// A change before it is known what it stands on.
pub(super) struct Draft {
    pub name: ChangeName,
    pub title: String,
    pub rationale: String,
    pub wire: Vec<pb::PolicyEdit>,
    pub base: u64,
    pub hand: Hand,
    pub restores: Option<u64>,
}

/// `ProposeChange`.
pub(crate) async fn propose(policy: &Policy, request: Request<pb::ProposeChangeRequest>) -> Result<pb::PolicyChange> {
    let (admitted, request) = policy.guard.admit(request).await?;
    propose_by(policy, admitted.without_target()?, request).await
}

/// Proposes a change for somebody who was let in.
pub(crate) async fn propose_by(
    policy: &Policy,
    by: Authorized,
    request: pb::ProposeChangeRequest,
) -> Result<pb::PolicyChange> {
    let place = convert::place("parent", &request.parent)?;
    let hand = hand(policy, by.caller(), &place).await?;
    let mut fields = Fields::new();
    let title = fields.line("title", &request.title, 1..=100);
    let rationale = fields.lines("rationale", &request.rationale, 0..=2_000);
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    let now = policy.clock.now();
    edit::check_count(&request.edits)?;
    edit::read(&request.edits, &place, now)?;
    let draft = Draft {
        title,
        rationale,
        wire: request.edits.clone(),
        base: request.base_revision,
        hand,
        restores: None,
        name: ChangeName {
            change: policy.store.ids().next(),
            place: place.clone(),
        },
    };
    let standpoint = Standpoint::of(policy, &place).await?;
    if request.validate_only {
        let ground = standpoint.ground(policy.store.reader()).await?;
        let change = draft.on(&ground, now)?;
        return Ok(pb::PolicyChange {
            name: String::new(),
            etag: String::new(),
            ..convert::change(&change, &ground.covering)
        });
    }
    let wanted = Wanted {
        request,
        request_id,
        draft,
        standpoint: standpoint.clone(),
    };
    let name = Writing::run(&policy.store, "policy.propose_change", by, wanted, |writing, wanted| {
        Box::pin(write(writing, wanted))
    })
    .await?;
    tracing::info!(change = %name, "change proposed");
    let name: ChangeName = convert::name("name", &name)?;
    let made = change::find(policy.store.reader(), &name, false).await?;
    let made = made.ok_or_else(|| Error::not_found(&name))?;
    let covering = standpoint.covering(policy.store.reader()).await?;
    Ok(convert::change(&made, &covering))
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<String, Failure> {
    let (request, draft) = (&wanted.request, &wanted.draft);
    if let Some(name) = writing
        .seen_before(&draft.name.place, wanted.request_id, request, &draft.name)
        .await?
    {
        return Ok(name);
    }
    let ground = wanted.standpoint.ground(writing.tx()).await?;
    let made = draft.on(&ground, writing.now)?;
    add(writing, &made).await?;
    Ok(made.name.to_string())
}

/// Adds a change that was proposed.
pub(super) async fn add(writing: &Writing<'_>, made: &Change) -> Result<(), Failure> {
    change::insert(writing, made).await?;
    let event = pb::ChangeProposed {
        change: made.name.to_string(),
        edit_count: i32::try_from(made.edits.len()).unwrap_or(i32::MAX),
        sensitive: made.sensitive,
        base_revision: made.base,
    };
    writing.tell(&made.name, &event).await
}

impl Draft {
    /// The change, if it may be made on this ground.
    pub fn on(&self, ground: &Ground, now: Timestamp) -> Result<Change> {
        let base = ground.covering.base(self.base)?;
        let next = ground.covering.sequence() + 1;
        let edits = ground.named_in_full(&self.wire);
        let read = edit::read(&edits, &self.name.place, now)?;
        let (_, sensitive) = ground.try_out(&read, next, &self.name.to_string())?;
        let settings = ground.made.settings();
        let approvals_needed = if sensitive {
            settings.sensitive_approvals
        } else {
            settings.ordinary_approvals
        };
        Ok(Change {
            name: self.name.clone(),
            title: self.title.clone(),
            rationale: self.rationale.clone(),
            edits,
            state: State::Proposed,
            base,
            sensitive,
            approvals_needed,
            proposer: self.hand.actor.clone(),
            steps: vec![Step {
                kind: StepKind::Proposed,
                hand: self.hand.clone(),
                comment: String::new(),
                at: now,
            }],
            revision: None,
            restores: self.restores,
            version: 1,
        })
    }
}
