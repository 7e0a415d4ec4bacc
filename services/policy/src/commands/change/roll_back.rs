use tonic::Request;
use uuid::Uuid;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use super::hand;
use super::propose::{Draft, add};
use crate::convert::change as convert;
use crate::domain::change::{Hand, rollback};
use crate::domain::place::{ChangeName, RevisionName};
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;
use crate::store::{Writing, change, history, made};

struct Wanted {
    request: pb::ProposeRollbackRequest,
    request_id: Option<Uuid>,
    to: RevisionName,
    name: ChangeName,
    title: String,
    rationale: String,
    hand: Hand,
    standpoint: Standpoint,
}

/// `ProposeRollback`.
pub(crate) async fn propose_rollback(
    policy: &Policy,
    request: Request<pb::ProposeRollbackRequest>,
) -> Result<pb::PolicyChange> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let to: RevisionName = convert::name("name", &request.name)?;
    convert::administered(&to.place)?;
    // what was before the first revision is always there to go back to
    if to.number != 0
        && history::find(policy.store.reader(), &to.place, to.number)
            .await?
            .is_none()
    {
        return Err(admitted.missing(&to));
    }
    let by = admitted.without_target()?;
    let hand = hand(policy, by.caller(), &to.place).await?;
    let mut fields = Fields::new();
    let title = fields.line("title", &request.title, 1..=100);
    let rationale = fields.lines("rationale", &request.rationale, 0..=2_000);
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    let standpoint = Standpoint::of(policy, &to.place).await?;
    let wanted = Wanted {
        name: ChangeName {
            change: policy.store.ids().next(),
            place: to.place.clone(),
        },
        standpoint: standpoint.clone(),
        request,
        request_id,
        to,
        title,
        rationale,
        hand,
    };
    let name = Writing::run(
        &policy.store,
        "policy.propose_rollback",
        by,
        wanted,
        |writing, wanted| Box::pin(write(writing, wanted)),
    )
    .await?;
    tracing::info!(change = %name, "roll-back proposed");
    let name: ChangeName = convert::name("name", &name)?;
    let made = change::find(policy.store.reader(), &name, false).await?;
    let made = made.ok_or_else(|| Error::not_found(&name))?;
    let covering = standpoint.covering(policy.store.reader()).await?;
    Ok(convert::change(&made, &covering))
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<String, Failure> {
    let place = &wanted.to.place;
    if let Some(name) = writing
        .seen_before(place, wanted.request_id, &wanted.request, &wanted.name)
        .await?
    {
        return Ok(name);
    }
    let ground = wanted.standpoint.ground(writing.tx()).await?;
    let was = made::load(writing.tx(), &place.domain(), wanted.to.number).await?;
    let wire = rollback::edits(&ground.made, &was, writing.now);
    if wire.is_empty() {
        return Err(Error::new(&reasons::NOTHING_TO_CHANGE).into());
    }
    let draft = Draft {
        wire,
        name: wanted.name.clone(),
        title: wanted.title.clone(),
        rationale: wanted.rationale.clone(),
        base: 0,
        hand: wanted.hand.clone(),
        restores: Some(wanted.to.number),
    };
    let made = draft.on(&ground, writing.now)?;
    add(writing, &made).await?;
    Ok(made.name.to_string())
}
