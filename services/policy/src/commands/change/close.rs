use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::policy::v1 as pb;
use yihe_store::Failure;

use super::{Said, Taken, locked, take};
use crate::convert::change as convert;
use crate::domain::change::Change;
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;
use crate::store::{Writing, change};

/// `RejectChange`.
pub(crate) async fn reject(policy: &Policy, request: Request<pb::RejectChangeRequest>) -> Result<pb::PolicyChange> {
    let (taken, by) = take(policy, request, |request: &pb::RejectChangeRequest| Said {
        name: &request.name,
        etag: &request.etag,
        comment: &request.comment,
        with_comment: true,
    })
    .await?;
    let made = Writing::run(&policy.store, "policy.reject_change", by, taken, |writing, taken| {
        Box::pin(write_rejection(writing, taken))
    })
    .await?;
    shown(policy, &made).await
}

async fn write_rejection(writing: &Writing<'_>, taken: &Taken) -> Result<Change, Failure> {
    let found = locked(writing, &taken.name).await?;
    let made = found.reject(&taken.etag, taken.hand.clone(), &taken.comment, writing.now)?;
    change::update(writing, &made).await?;
    let event = pb::ChangeRejected {
        change: made.name.to_string(),
    };
    writing.tell(&made.name, &event).await?;
    Ok(made)
}

/// `WithdrawChange`.
pub(crate) async fn withdraw(policy: &Policy, request: Request<pb::WithdrawChangeRequest>) -> Result<pb::PolicyChange> {
    let (taken, by) = take(policy, request, |request: &pb::WithdrawChangeRequest| Said {
        name: &request.name,
        etag: &request.etag,
        comment: &request.comment,
        with_comment: false,
    })
    .await?;
    let made = Writing::run(&policy.store, "policy.withdraw_change", by, taken, |writing, taken| {
        Box::pin(write_withdrawal(writing, taken))
    })
    .await?;
    shown(policy, &made).await
}

async fn write_withdrawal(writing: &Writing<'_>, taken: &Taken) -> Result<Change, Failure> {
    let found = locked(writing, &taken.name).await?;
    if found.proposer != taken.hand.actor {
        return Err(Error::new(&reasons::NOT_THE_PROPOSER).with("name", &taken.name).into());
    }
    let made = found.withdraw(&taken.etag, taken.hand.clone(), &taken.comment, writing.now)?;
    change::update(writing, &made).await?;
    let event = pb::ChangeWithdrawn {
        change: made.name.to_string(),
    };
    writing.tell(&made.name, &event).await?;
    Ok(made)
}

async fn shown(policy: &Policy, made: &Change) -> Result<pb::PolicyChange> {
    tracing::info!(change = %made.name, state = made.state.as_str_name(), "change closed");
    let standpoint = Standpoint::of(policy, &made.name.place).await?;
    let covering = standpoint.covering(policy.store.reader()).await?;
    Ok(convert::change(made, &covering))
}
