use futures::StreamExt;
use futures::stream::iter;
use yihe_authz::Scope;
use yihe_kernel::{Error, Kind, Result, reasons};

use crate::convert::change::is_administered;
use crate::domain::change::reach::Reached;

use crate::domain::place::Place;
use crate::service::Policy;

/// Places below a region that are compared, at most.
const MOST_BELOW: usize = 2_000;
/// Places of the node that are looked at for lying below it, at most.
const MOST_SEEN: usize = 10_000;
/// Places that the directory is asked about at once.
const AT_ONCE: usize = 8;

/// What is recorded below a place.
#[derive(Debug, Default)]
pub(super) struct Below {
    /// By code, regions first.
    pub places: Vec<Reached>,
    /// Places of the node that were not looked at.
    pub left_out: usize,
}

/// The communities and regions that are recorded below a region, as far as there are not too many; below a community is nothing.
///
/// # Errors
/// `UNAVAILABLE` while the directory has not told of all there are, or does not tell where they lie.
pub(super) async fn below(policy: &Policy, place: &Place) -> Result<Below> {
    let Place::Region(region) = place else {
        return Ok(Below::default());
    };
    let Some(known) = policy.composer.known.places() else {
        return Err(Error::new(&reasons::UNAVAILABLE).with("detail", "the directory has not told of all places yet"));
    };
    let (all, own) = (known.len(), place.scope());
    let mut seen = 0;
    let mut below = Vec::new();
    let mut reached = iter(known.into_iter().take(MOST_SEEN))
        .map(|scope| reached(policy, scope))
        .buffered(AT_ONCE);
    while below.len() < MOST_BELOW
        && let Some(found) = reached.next().await
    {
        seen += 1;
        let Some(found) = found? else { continue };
        // a community's own division is no domain: there the community is
        let is_domain = found.scope.region().is_none_or(is_administered);
        if found.scope != own && is_domain && found.regions.contains(region) {
            below.push(found);
        }
    }
    Ok(Below {
        places: below,
        left_out: all - seen,
    })
}

/// Where a place lies; `None` for one that is there no more.
async fn reached(policy: &Policy, scope: Scope) -> Result<Option<Reached>> {
    match policy.composer.authorities.lineage(&scope).await {
        Ok(regions) => Ok(Some(Reached { scope, regions })),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
