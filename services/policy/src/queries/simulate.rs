use std::sync::Arc;

use tonic::Request;
use yihe_authz::{Catalogue, Decision, RoleName, Snapshot, Use};
use yihe_kernel::{Error, RegionName, Result, Timestamp};
use yihe_proto::policy::v1 as pb;

use super::Verdict;
use crate::convert::change as convert;
use crate::domain::change::edit::{self, Edit};
use crate::domain::change::simulation::{Comparison, Flip};
use crate::domain::change::uses::{self, FlippedUse};
use crate::domain::matrix::roles;
use crate::domain::place::{ChangeName, Place};
use crate::domain::rules::{RuleLayer, Rules};
use crate::ground::Standpoint;
use crate::reasons;
use crate::service::Policy;
use crate::store::{change, usage};

const MOST_CELLS: usize = 2_000;
const MOST_USES: usize = 1_000;
/// Days whose decisions are compared, today included.
const DAYS: i32 = 30;

/// `SimulateChange`. It is compared with the rules in force now, also for a change made against others.
pub(crate) async fn simulate_change(
    policy: &Policy,
    request: Request<pb::SimulateChangeRequest>,
) -> Result<pb::SimulateChangeResponse> {
    let (admitted, request) = policy.guard.admit(request).await?;
    let missing = admitted.missing(&request.change);
    admitted.without_target()?;
    let place = convert::place("parent", &request.parent)?;
    let (edits, source) = match (request.change.as_str(), request.edits.as_slice()) {
        ("", []) => return Err(Error::new(&reasons::NOTHING_TO_CHANGE)),
        ("", edits) => (draft(policy, edits, &place)?, "a draft".to_owned()),
        (name, []) => {
            let name: ChangeName = convert::name("change", name)?;
            let found = change::find(policy.store.reader(), &name, false).await?;
            let found = found.filter(|found| found.name.place == place).ok_or(missing)?;
            (edit::read(&found.edits, &place, policy.clock.now())?, name.to_string())
        }
        _ => return Err(Error::new(&reasons::DRAFT_OR_CHANGE)),
    };
    let standpoint = Standpoint::of(policy, &place).await?;
    let ground = standpoint.ground(policy.store.reader()).await?;
    let sequence = ground.covering.sequence();
    let (after, sensitive) = ground.try_out(&edits, sequence + 1, &source)?;
    let in_use = in_use(policy, &place).await?;
    let would_be = standpoint.rules.with([after.made.layer()]);
    let before = snapshot(&standpoint, &standpoint.rules)?;
    let then = snapshot(&standpoint, &would_be)?;
    let comparison = Comparison {
        before: &before,
        after: &then,
        change: &after,
    };
    let shown = roles(before.grants().chain(then.grants()), in_use);
    let now = policy.clock.now();
    let mut flips = comparison.flips(&shown, now);
    let more = flips.len().saturating_sub(MOST_CELLS);
    flips.truncate(MOST_CELLS);
    let counts = usage::since(policy.store.reader(), place.code(), Use::day_of(now) - DAYS + 1).await?;
    let compared: u64 = counts.iter().map(|count| count.count).sum();
    let mut uses = uses::flipped(&counts, &before, &then, now);
    let more_uses = uses.len().saturating_sub(MOST_USES);
    uses.truncate(MOST_USES);
    Ok(pb::SimulateChangeResponse {
        uses: uses.into_iter().map(flipped_use).collect(),
        more_uses: i32::try_from(more_uses).unwrap_or(i32::MAX),
        uses_compared: i64::try_from(compared).unwrap_or(i64::MAX),
        cells: flips.iter().map(|flip| cell(flip, now)).collect(),
        more_cells: i32::try_from(more).unwrap_or(i32::MAX),
        sensitive,
        base_revision: sequence,
    })
}

fn draft(policy: &Policy, edits: &[pb::PolicyEdit], place: &Place) -> Result<Vec<Edit>> {
    edit::check_count(edits)?;
    edit::read(edits, place, policy.clock.now())
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

/// A snapshot of these rules at the place, in which nobody holds anything.
fn snapshot(standpoint: &Standpoint, rules: &Rules) -> Result<Snapshot> {
    let layers = rules.covering(standpoint.place.community(), &standpoint.regions);
    // a region's own rules bear on it too, though the tree above it may not be known
    let own = standpoint.place.domain();
    let own = rules
        .layer(&own)
        .filter(|own| layers.iter().all(|layer| !Arc::ptr_eq(layer, own)))
        .cloned();
    let layers: Vec<Arc<RuleLayer>> = layers.into_iter().chain(own).collect();
    let mut regions = standpoint.regions.clone();
    if let Place::Region(region) = &standpoint.place
        && !regions.contains(region)
    {
        regions.insert(0, region.clone());
    }
    let community = standpoint.place.community();
    let wire = pb::Snapshot {
        community: community.map(|_| standpoint.place.to_string()).unwrap_or_default(),
        regions: regions
            .into_iter()
            .map(|region| RegionName { region }.to_string())
            .collect(),
        grants: layers
            .iter()
            .flat_map(|layer| &layer.grants)
            .map(yihe_authz::Grant::to_proto)
            .collect(),
        ..Default::default()
    };
    Snapshot::compose(wire, Catalogue::shipped())
}

fn cell(flip: &Flip, now: Timestamp) -> pb::FlippedCell {
    pb::FlippedCell {
        role: flip.role.to_string(),
        permission: flip.permission.to_owned(),
        before: Some(verdict(&flip.before)),
        after: Some(verdict(&flip.after)),
        flip_time: (flip.at > now).then(|| flip.at.to_proto()),
    }
}

fn flipped_use((flipped, count): (FlippedUse, u64)) -> pb::FlippedUse {
    pb::FlippedUse {
        roles: flipped.roles.iter().map(ToString::to_string).collect(),
        permission: flipped.permission,
        held: flipped
            .held
            .into_iter()
            .map(|condition| condition.to_proto().into())
            .collect(),
        was_allowed: flipped.was_allowed,
        filtered: flipped.filtered,
        uncertain: flipped.uncertain,
        count: i64::try_from(count).unwrap_or(i64::MAX),
    }
}

fn verdict(decision: &Decision) -> pb::CellVerdict {
    let Verdict {
        verdict,
        allow_if,
        deny_if,
    } = Verdict::from(decision);
    pb::CellVerdict {
        verdict,
        allow_if,
        deny_if,
    }
}
