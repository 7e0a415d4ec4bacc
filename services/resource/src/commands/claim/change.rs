//! The frame of what happens to one claim: it is held, changed and stored, and counted on what it claims.

use std::sync::Arc;

use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{Error, Result, reasons};
use yihe_proto::resource::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::{Claim, Counted};
use crate::names::ClaimName;
use crate::service::Service;
use crate::{events, store};

/// A step in the life of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Accepted.
    Accept,
    /// Declined, with the reason.
    Decline(String),
    /// Taken back, with the reason.
    Withdraw(String),
    /// So much came; 0 means all.
    Fulfil(i64),
}

impl Step {
    fn take(&self, claim: Claim, by: &Authorized) -> Result<(Claim, Counted)> {
        match self {
            Self::Accept => claim.accept(),
            Self::Decline(reason) => claim.decline(reason.clone()),
            Self::Withdraw(reason) => claim.withdraw(reason.clone()),
            Self::Fulfil(delivered) => claim.fulfil(by.organization(), *delivered),
        }
    }

    const fn event(&self) -> &'static str {
        match self {
            Self::Accept => events::ClaimAccepted,
            Self::Decline(_) => events::ClaimDeclined,
            Self::Withdraw(_) => events::ClaimWithdrawn,
            Self::Fulfil(_) => events::ClaimFulfilled,
        }
    }
}

struct Change {
    service: Arc<Service>,
    by: Authorized,
    name: ClaimName,
    step: Step,
}

/// Takes a step with the claim that is named; what is wrong with the step is told to those who may take it.
pub async fn change(service: &Arc<Service>, admitted: Admitted, target: &str, step: Result<Step>) -> Result<pb::Claim> {
    let (by, found) = service.claim(admitted, &name("name", target)?).await?;
    let step = step?;
    let input = Change {
        service: Arc::clone(service),
        by,
        name: found.name,
        step,
    };
    let claim = service
        .store
        .transaction("resource.change_claim", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(name = %claim.name, state = claim.state.code(), "claim changed");
    Ok(claim.into())
}

async fn apply(tx: &Tx, input: &Change) -> Result<Claim, Failure> {
    let now = input.service.now();
    let before = store::claim::hold(tx, &input.name).await?;
    let (after, counted) = input.step.take(before, &input.by)?;
    if !store::listing::count(tx, &input.by, &after.listing, counted).await? {
        let listing = store::listing::reread(tx, &after.listing).await?;
        listing.expect_available(after.quantity)?;
        // what was lacking came back between the two looks
        return Err(Error::new(&reasons::ETAG_MISMATCH).with("name", &after.listing).into());
    }
    let after = store::claim::save(tx, &input.by, after).await?;
    events::append(tx, &input.by, input.step.event(), &after.listing, &after.name, now).await?;
    Ok(after)
}
