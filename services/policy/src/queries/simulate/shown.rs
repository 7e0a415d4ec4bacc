use yihe_authz::{Decision, Scope};
use yihe_kernel::{CommunityName, RegionName, Timestamp};
use yihe_proto::policy::v1 as pb;

use super::below::Below;
use crate::domain::change::reach::ReachedCell;
use crate::domain::change::uses::{Asked, FlippedUse};
use crate::queries::Verdict;

/// Places that are named as examples, at most.
const EXAMPLES: usize = 10;

/// How much was looked at.
pub(super) fn counted(below: &Below) -> pb::SimulateChangeResponse {
    let scopes = below.places.iter().map(|place| &place.scope);
    let (communities, regions) = counts(scopes);
    pb::SimulateChangeResponse {
        communities_compared: communities,
        regions_compared: regions,
        places_left_out: whole(below.left_out),
        ..Default::default()
    }
}

pub(super) fn cell(cell: &ReachedCell, own: &Scope, now: Timestamp) -> pb::FlippedCell {
    let flip = &cell.flip;
    let below = || cell.places.iter().filter(|scope| *scope != own);
    let (communities, regions) = counts(below());
    let mut examples: Vec<_> = below().map(ToString::to_string).collect();
    examples.sort_unstable();
    examples.truncate(EXAMPLES);
    pb::FlippedCell {
        role: flip.role.to_string(),
        permission: flip.permission.to_owned(),
        before: Some(verdict(&flip.before)),
        after: Some(verdict(&flip.after)),
        flip_time: (flip.at > now).then(|| flip.at.to_proto()),
        in_place: cell.places.contains(own),
        communities,
        regions,
        examples,
    }
}

pub(super) fn flipped_use((flipped, asked): (FlippedUse, Asked)) -> pb::FlippedUse {
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
        count: i64::try_from(asked.count).unwrap_or(i64::MAX),
        places: whole(asked.domains.len()),
        examples: asked.domains.iter().take(EXAMPLES).map(|code| name(code)).collect(),
    }
}

/// A division of 12 digits has its counts as the community that it is.
fn name(code: &str) -> String {
    let community = code.parse().map(|community| CommunityName { community }.to_string());
    let region = || code.parse().map(|region| RegionName { region }.to_string());
    community.or_else(|_| region()).unwrap_or_default()
}

fn counts<'a>(scopes: impl Iterator<Item = &'a Scope>) -> (i32, i32) {
    let (mut communities, mut regions) = (0, 0);
    for scope in scopes {
        match scope {
            Scope::Community(_) => communities += 1,
            Scope::Region(_) => regions += 1,
        }
    }
    (whole(communities), whole(regions))
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
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
