use std::collections::HashSet;

use yihe_authz::{Revision, Scope};
use yihe_kernel::{RegionCode, RegionName};
use yihe_proto::policy::v1 as pb;

use super::rules::Rules;
use super::wire_layers::WireLayers;

/// What the directory says of one community or region, in the words of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Authority {
    pub scope: Scope,
    /// The directory's sequence.
    pub sequence: u64,
    /// The own division first, then the recorded ancestors.
    pub regions: Vec<RegionCode>,
    pub roles: Vec<pb::RoleTerm>,
    pub cutoffs: Vec<pb::TokenCutoff>,
}

/// The snapshot of a community or region, or of the root layer: the rules that cover it and who holds which role.
pub(crate) fn compose(rules: &Rules, authority: Option<&Authority>) -> pb::Snapshot {
    compose_by(rules, authority, 0, None)
}

/// How the wire has the layers, and the digests of those that the caller holds.
pub(crate) type ByLayers<'a> = (&'a WireLayers, &'a HashSet<Vec<u8>>);

/// The same with a policy sequence of `least_rules` at least, and with the rules by layers where the caller takes them so.
pub(crate) fn compose_by(
    rules: &Rules,
    authority: Option<&Authority>,
    least_rules: u64,
    by_layers: Option<ByLayers<'_>>,
) -> pb::Snapshot {
    let scope = authority.map(|authority| &authority.scope);
    let regions = authority.map_or([].as_slice(), |authority| authority.regions.as_slice());
    let community = scope.and_then(Scope::community);
    let layers = rules.covering(community, regions);
    let revision = Revision {
        directory: authority.map_or(0, |authority| authority.sequence),
        policy: layers.iter().map(|layer| layer.sequence).fold(least_rules, u64::max),
    };
    let held = authority.map(|authority| authority.roles.clone()).unwrap_or_default();
    let given = layers.iter().flat_map(|layer| layer.assignments.iter().cloned());
    let (grants, wire) = match by_layers {
        None => {
            let grants = layers.iter().flat_map(|layer| &layer.grants);
            (grants.map(yihe_authz::Grant::to_proto).collect(), Vec::new())
        }
        Some((wires, held)) => {
            let wire = layers.iter().filter_map(|layer| wires.layer(layer, held));
            (Vec::new(), wire.collect())
        }
    };
    pb::Snapshot {
        community: scope
            .filter(|_| community.is_some())
            .map(ToString::to_string)
            .unwrap_or_default(),
        revision: Some(revision.to_proto()),
        regions: regions
            .iter()
            .map(|region| RegionName { region: region.clone() }.to_string())
            .collect(),
        grants,
        layers: wire,
        roles: held.into_iter().chain(given).collect(),
        cutoffs: authority.map(|authority| authority.cutoffs.clone()).unwrap_or_default(),
        region: scope
            .filter(|_| community.is_none())
            .map(ToString::to_string)
            .unwrap_or_default(),
        ..pb::Snapshot::default()
    }
}
