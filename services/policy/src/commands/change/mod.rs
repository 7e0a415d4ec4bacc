//! The steps of a change.

mod activate;
mod approve;
mod close;
mod propose;
mod roll_back;

use tonic::Request;
use yihe_authz::{Admitted, Authorized, Caller, Condition, RoleName};
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::Guarded;
use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};
use yihe_store::Failure;

pub(crate) use activate::activate;
pub(crate) use approve::approve;
pub(crate) use close::{reject, withdraw};
pub(crate) use propose::{propose, propose_by};
pub(crate) use roll_back::propose_rollback;

use crate::convert::change as convert;
use crate::domain::change::guards::CORE;
use crate::domain::change::{Change, Hand, Standing};
use crate::domain::place::{ChangeName, Place};
use crate::service::Policy;
use crate::store::{Writing, change};

/// A step that somebody may take with a change, with what is said to it.
struct Taken {
    name: ChangeName,
    etag: String,
    comment: String,
    hand: Hand,
}

/// What a request for a step says.
struct Said<'a> {
    name: &'a str,
    etag: &'a str,
    comment: &'a str,
    /// Whether something must be said.
    with_comment: bool,
}

/// Lets somebody take a step with a change that is there.
async fn take<R: Guarded>(
    policy: &Policy,
    request: Request<R>,
    said: fn(&R) -> Said<'_>,
) -> Result<(Taken, Authorized)> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let said = said(&request);
    let name: ChangeName = convert::name("name", said.name)?;
    let by = settle(policy, admitted, &name).await?;
    let mut fields = Fields::new();
    let least = usize::from(said.with_comment);
    let comment = fields.lines("comment", said.comment, least..=1_000);
    fields.finish()?;
    let taken = Taken {
        hand: hand(policy, by.caller(), &name.place).await?,
        etag: said.etag.to_owned(),
        name,
        comment,
    };
    Ok((taken, by))
}

/// The authorized look-up of a change.
async fn settle(policy: &Policy, admitted: Admitted, name: &ChangeName) -> Result<Authorized> {
    let found = change::find(policy.store.reader(), name, false).await?;
    let Some(found) = found else {
        return Err(admitted.missing(name));
    };
    let own = admitted.caller().principal.to_string() == found.proposer;
    admitted.settle(&|condition| condition == Condition::Caller && own)
}

/// The change, locked until the transaction ends.
async fn locked(writing: &Writing<'_>, name: &ChangeName) -> Result<Change, Failure> {
    let found = change::find(writing.tx(), name, true).await?;
    found.ok_or_else(|| Error::not_found(name).into())
}

/// Who acts, and what it is to the core of the place.
async fn hand(policy: &Policy, caller: &Caller, place: &Place) -> Result<Hand> {
    let snapshot = policy.snapshots.at(&place.scope(), None).await?;
    let roles = snapshot.roles(&caller.principal, &caller.capacity, policy.clock.now());
    let roles = roles.iter().filter_map(|role| role.parse().ok());
    let standing = roles.map(|role| standing(role, place)).max();
    Ok(Hand {
        actor: caller.principal.to_string(),
        organization: caller.capacity.organization(),
        standing: standing.unwrap_or(Standing::Outside),
    })
}

fn standing(role: RoleName, place: &Place) -> Standing {
    let is_core = |kind| match place {
        Place::Community(_) => kind == Kind::PartyCommittee,
        Place::Region(_) => CORE.contains(&kind),
    };
    match role {
        RoleName::Post(kind, Post::Secretary) if is_core(kind) => Standing::Leads,
        RoleName::Post(kind, _) if is_core(kind) => Standing::Core,
        RoleName::Post(..)
        | RoleName::Kind(_)
        | RoleName::Client(_)
        | RoleName::Appointed
        | RoleName::Operator
        | RoleName::Made(_) => Standing::Outside,
    }
}
