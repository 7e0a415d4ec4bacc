use tonic::Request;
use yihe_authz::Revision;
use yihe_kernel::Result;
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use super::{Said, Taken, locked, take};
use crate::convert::change as convert;
use crate::domain::change::Change;
use crate::domain::rules::digest;
use crate::ground::Standpoint;
use crate::service::Policy;
use crate::store::{Writing, change, made, revision};

/// `ActivateChange`.
pub(crate) async fn activate(policy: &Policy, request: Request<pb::ActivateChangeRequest>) -> Result<pb::PolicyChange> {
    let (taken, by) = take(policy, request, |request: &pb::ActivateChangeRequest| Said {
        name: &request.name,
        etag: &request.etag,
        comment: &request.comment,
        with_comment: false,
    })
    .await?;
    let standpoint = Standpoint::of(policy, &taken.name.place).await?;
    let wanted = (taken, standpoint.clone());
    let made = Writing::run(
        &policy.store,
        "policy.activate_change",
        by,
        wanted,
        |writing, wanted| Box::pin(write(writing, &wanted.0, &wanted.1)),
    )
    .await?;
    tracing::info!(change = %made.name, revision = made.revision, "change in force");
    // the answer is given when this node decides by it; where that fails the follower goes on trying
    if let Err(error) = policy.in_force.refresh().await {
        tracing::error!(%error, change = %made.name, "a change is committed and not yet in force");
    }
    let covering = standpoint.covering(policy.store.reader()).await?;
    Ok(pb::PolicyChange {
        revision_token: token(policy, &made),
        ..convert::change(&made, &covering)
    })
}

fn token(policy: &Policy, made: &Change) -> String {
    let revision = Revision {
        directory: 0,
        policy: made.revision.unwrap_or_default(),
    };
    policy.tokens.mint_at(&made.name.place.scope(), revision)
}

async fn write(writing: &Writing<'_>, taken: &Taken, standpoint: &Standpoint) -> Result<Change, Failure> {
    // first of all its turn: no other change comes into force anywhere until this one has or has not
    let sequence = revision::next(writing.tx()).await?;
    let found = locked(writing, &taken.name).await?;
    let (base, wire) = (found.base, found.edits.clone());
    let activated = found.activate(&taken.etag, taken.hand.clone(), &taken.comment, sequence, writing.now)?;
    standpoint.covering(writing.tx()).await?.check(base)?;
    let ground = standpoint.ground(writing.tx()).await?;
    let edits = ground.read(&wire, &taken.name.place, writing.now)?;
    let (after, _) = ground.try_out(&edits, sequence, &taken.name.to_string())?;
    made::write(writing, &after, taken.name.change.uuid()).await?;
    let digest = digest(after.made.grants());
    revision::put(writing, taken.name.place.code(), sequence, digest).await?;
    change::update(writing, &activated).await?;
    let event = pb::ChangeActivated {
        change: activated.name.to_string(),
        revision: sequence,
        begun: count(after.begun.len()),
        ended: count(after.ended.len()),
    };
    writing.tell(&activated.name, &event).await?;
    Ok(activated)
}

fn count(items: usize) -> i32 {
    i32::try_from(items).unwrap_or(i32::MAX)
}
