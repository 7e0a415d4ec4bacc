use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use super::{Said, Taken, locked, take};
use crate::convert::change as convert;
use crate::domain::change::base::Covering;
use crate::domain::change::{Change, State};
use crate::ground::Standpoint;
use crate::service::Policy;
use crate::store::{Writing, change};

/// `ApproveChange`.
pub(crate) async fn approve(policy: &Policy, request: Request<pb::ApproveChangeRequest>) -> Result<pb::PolicyChange> {
    let (taken, by) = take(policy, request, |request: &pb::ApproveChangeRequest| Said {
        name: &request.name,
        etag: &request.etag,
        comment: &request.comment,
        with_comment: false,
    })
    .await?;
    let standpoint = Standpoint::of(policy, &taken.name.place).await?;
    let wanted = (taken, standpoint);
    let (made, covering) = Writing::run(&policy.store, "policy.approve_change", by, wanted, |writing, wanted| {
        Box::pin(write(writing, &wanted.0, &wanted.1))
    })
    .await?;
    tracing::info!(change = %made.name, "change approved");
    Ok(convert::change(&made, &covering))
}

async fn write(writing: &Writing<'_>, taken: &Taken, standpoint: &Standpoint) -> Result<(Change, Covering), Failure> {
    let found = locked(writing, &taken.name).await?;
    let (base, wire) = (found.base, found.edits.clone());
    let made = found.approve(&taken.etag, taken.hand.clone(), &taken.comment, writing.now)?;
    standpoint.covering(writing.tx()).await?.check(base)?;
    let ground = standpoint.ground(writing.tx()).await?;
    let edits = ground.read(&wire, &taken.name.place, writing.now)?;
    ground.try_out(&edits, ground.covering.sequence() + 1, &taken.name.to_string())?;
    change::update(writing, &made).await?;
    let event = pb::ChangeApproved {
        change: made.name.to_string(),
        approvals: i32::try_from(made.approvals()).unwrap_or(i32::MAX),
        complete: made.state == State::Approved,
    };
    writing.tell(&made.name, &event).await?;
    Ok((made, ground.covering))
}
