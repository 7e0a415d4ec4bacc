mod below;
mod shown;

use std::collections::HashMap;

use tonic::Request;
use yihe_authz::{RoleName, Scope, Use};
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

use self::below::{Below, below};
use crate::convert::change as convert;
use crate::domain::change::apply::After;
use crate::domain::change::edit;
use crate::domain::change::reach::{Reach, Reached};
use crate::domain::change::uses::{Asked, FlippedUse, FlippedUses};
use crate::domain::place::{ChangeName, Place};
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;
use crate::store::{change, usage};

const MOST_CELLS: usize = 2_000;
const MOST_USES: usize = 1_000;
/// Days whose decisions are compared, today included.
const DAYS: i32 = 30;
/// Places whose counts are read at once.
const PLACES_AT_ONCE: usize = 500;

/// `SimulateChange`. It is compared with the rules in force now, also for a change made against others.
pub(crate) async fn simulate_change(
    policy: &Policy,
    request: Request<pb::SimulateChangeRequest>,
) -> Result<pb::SimulateChangeResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let missing = admitted.missing(&request.change);
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let now = policy.clock.now();
    let (wire, source) = match (request.change.as_str(), request.edits.as_slice()) {
        ("", []) => return Err(Error::new(&reasons::NOTHING_TO_CHANGE)),
        ("", edits) => {
            edit::check_count(edits)?;
            edit::read(edits, &place, now)?;
            (request.edits, "a draft".to_owned())
        }
        (name, []) => {
            let name: ChangeName = convert::name("change", name)?;
            let found = change::find(policy.store.reader(), &name, false).await?;
            let found = found.filter(|found| found.name.place == place).ok_or(missing)?;
            (found.edits, name.to_string())
        }
        _ => return Err(Error::new(&reasons::DRAFT_OR_CHANGE)),
    };
    let standpoint = Standpoint::of(policy, &place).await?;
    let ground = standpoint.ground(policy.store.reader()).await?;
    let sequence = ground.covering.sequence();
    let edits = ground.read(&wire, &place, now)?;
    let (after, sensitive) = ground.try_out(&edits, sequence + 1, &source)?;
    let below = below(policy, &place).await?;
    let counted = shown::counted(&below);
    let reach = compare(policy, &standpoint, after, below, now).await?;
    let (uses, compared) = uses(policy, &reach, now).await?;
    let (more_cells, more_uses) = (
        reach.cells.len().saturating_sub(MOST_CELLS),
        uses.len().saturating_sub(MOST_USES),
    );
    Ok(pb::SimulateChangeResponse {
        uses: uses.into_iter().take(MOST_USES).map(shown::flipped_use).collect(),
        more_uses: i32::try_from(more_uses).unwrap_or(i32::MAX),
        uses_compared: i64::try_from(compared).unwrap_or(i64::MAX),
        cells: reach
            .cells
            .iter()
            .take(MOST_CELLS)
            .map(|cell| shown::cell(cell, &place.scope(), now))
            .collect(),
        more_cells: i32::try_from(more_cells).unwrap_or(i32::MAX),
        sensitive,
        base_revision: sequence,
        ..counted
    })
}

/// What flips in the place itself and below it; off the threads that serve others, for there may be much below.
async fn compare(
    policy: &Policy,
    standpoint: &Standpoint,
    after: After,
    below: Below,
    now: Timestamp,
) -> Result<Reach> {
    let in_use = in_use(policy, &standpoint.place).await?;
    let mut places = vec![own(standpoint)];
    places.extend(below.places);
    let rules = standpoint.rules.clone();
    let compared = tokio::task::spawn_blocking(move || {
        let would_be = rules.with([after.made.layer()]);
        Reach::compare([&rules, &would_be], &after, &places, &in_use, now)
    });
    compared.await.map_err(Error::internal)?
}

/// A region's own rules bear on it, though the tree above it may not be known.
fn own(standpoint: &Standpoint) -> Reached {
    let mut regions = standpoint.regions.clone();
    if let Place::Region(region) = &standpoint.place
        && regions.first() != Some(region)
    {
        regions.retain(|known| known != region);
        regions.insert(0, region.clone());
    }
    Reached {
        scope: standpoint.place.scope(),
        regions,
    }
}

/// Roles that somebody holds in a community: the matrix shows them beside those that make sense.
async fn in_use(policy: &Policy, place: &Place) -> Result<Vec<RoleName>> {
    if place.community().is_none() {
        return Ok(Vec::new());
    }
    let authority = policy.composer.authorities.of(&place.scope(), 0).await?;
    let held = authority.roles.iter().filter_map(|held| held.role.parse().ok());
    Ok(held.collect())
}

/// What was really asked in all of these places and would have gone otherwise; and how many decisions were compared.
async fn uses(policy: &Policy, reach: &Reach, now: Timestamp) -> Result<(Vec<(FlippedUse, Asked)>, u64)> {
    let first = Use::day_of(now) - DAYS + 1;
    let mut by_code = HashMap::new();
    for alike in &reach.alike {
        by_code.extend(alike.places.iter().map(|scope| (code(scope), alike)));
    }
    let mut codes: Vec<_> = by_code.keys().cloned().collect();
    codes.sort_unstable();
    let (mut flipped, mut compared) = (FlippedUses::default(), 0);
    for codes in codes.chunks(PLACES_AT_ONCE) {
        let reader = policy.store.reader();
        compared += usage::total_since(reader, codes, first).await?;
        for count in usage::kinds_since(reader, codes, &reach.permissions, first).await? {
            if let Some(alike) = by_code.get(&count.domain) {
                flipped.add(&count, &alike.before, &alike.after, now);
            }
        }
    }
    Ok((flipped.sorted(), compared))
}

fn code(scope: &Scope) -> String {
    match scope {
        Scope::Community(community) => community.to_string(),
        Scope::Region(region) => region.to_string(),
    }
}
