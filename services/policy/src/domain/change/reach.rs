use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use yihe_authz::{Catalogue, Layer, Layers, RoleName, Scope, Snapshot};
use yihe_kernel::{RegionCode, Result, Timestamp};

use super::apply::After;
use super::simulation::{Comparison, Flip, same};
use crate::domain::authority::{Authority, compose_by};
use crate::domain::matrix::roles;
use crate::domain::rules::{RuleLayer, Rules};
use crate::domain::wire_layers::WireLayers;

/// A place that a change reaches, and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub scope: Scope,
    /// Its own division first, then the recorded ancestors.
    pub regions: Vec<RegionCode>,
}

/// Places in which the same rules bear: what flips in one of them flips in all.
#[derive(Debug)]
pub(crate) struct Alike {
    pub before: Snapshot,
    pub after: Snapshot,
    pub places: Vec<Scope>,
}

/// A cell that flips, and where.
#[derive(Debug, Clone)]
pub(crate) struct ReachedCell {
    pub flip: Flip,
    pub places: Vec<Scope>,
}

/// What a change makes of the rules of all places that it reaches.
#[derive(Debug)]
pub(crate) struct Reach {
    pub alike: Vec<Alike>,
    /// By instant, role and permission.
    pub cells: Vec<ReachedCell>,
    /// The permissions on which anything may flip.
    pub permissions: Vec<&'static str>,
}

impl Reach {
    /// Compares the rules as they are with those that would be, once for all places in which the same rules bear. `in_use` are roles to
    /// show besides those that make sense.
    ///
    /// # Errors
    /// `SNAPSHOT_MALFORMED`.
    pub fn compare(
        rules: [&Rules; 2],
        change: &After,
        places: &[Reached],
        in_use: &[RoleName],
        now: Timestamp,
    ) -> Result<Self> {
        let mut reach = Self {
            alike: alike(rules, places)?,
            cells: Vec::new(),
            permissions: Vec::new(),
        };
        let mut cells: HashMap<(RoleName, &str, Timestamp), Vec<ReachedCell>> = HashMap::new();
        let mut seen: BTreeSet<RoleName> = BTreeSet::new();
        for Alike { before, after, places } in &reach.alike {
            let comparison = Comparison { before, after, change };
            reach.permissions = comparison.permissions();
            let shown = roles(before.grants().chain(after.grants()), in_use.iter().copied());
            for flip in comparison.flips(&shown, now) {
                seen.insert(flip.role);
                let known = cells.entry((flip.role, flip.permission, flip.at)).or_default();
                let like = |cell: &&mut ReachedCell| {
                    same(&cell.flip.before, &flip.before) && same(&cell.flip.after, &flip.after)
                };
                match known.iter_mut().find(like) {
                    Some(cell) => cell.places.extend(places.iter().cloned()),
                    None => known.push(ReachedCell {
                        flip,
                        places: places.clone(),
                    }),
                }
            }
        }
        let order = roles([], seen);
        let order: HashMap<_, _> = order
            .into_iter()
            .enumerate()
            .map(|(place, role)| (role, place))
            .collect();
        reach.cells = cells.into_values().flatten().collect();
        // of several ways in which a cell flips, the one of most places first
        reach.cells.sort_by_cached_key(|cell| {
            let role = order.get(&cell.flip.role).copied();
            (cell.flip.at, role, cell.flip.permission, usize::MAX - cell.places.len())
        });
        Ok(reach)
    }
}

fn alike([before, after]: [&Rules; 2], places: &[Reached]) -> Result<Vec<Alike>> {
    let mut groups: HashMap<(bool, Vec<*const RuleLayer>), usize> = HashMap::new();
    let mut alike: Vec<Alike> = Vec::new();
    let mut composing = Composing::default();
    let (is, would_be) = (WireLayers::default(), WireLayers::default());
    for place in places {
        let layers = after.covering(place.scope.community(), &place.regions);
        let key = (
            place.scope.community().is_none(),
            layers.iter().map(Arc::as_ptr).collect(),
        );
        match groups.get(&key) {
            Some(group) => alike[*group].places.push(place.scope.clone()),
            None => {
                groups.insert(key, alike.len());
                alike.push(Alike {
                    before: composing.snapshot(before, &is, place)?,
                    after: composing.snapshot(after, &would_be, place)?,
                    places: vec![place.scope.clone()],
                });
            }
        }
    }
    Ok(alike)
}

/// Composes snapshots in which nobody holds anything; rules that several have lie in memory once.
#[derive(Default)]
struct Composing {
    layers: Layers,
    held: HashSet<Vec<u8>>,
    kept: Vec<Arc<Layer>>,
}

impl Composing {
    fn snapshot(&mut self, rules: &Rules, wires: &WireLayers, place: &Reached) -> Result<Snapshot> {
        let authority = Authority {
            scope: place.scope.clone(),
            sequence: 0,
            regions: place.regions.clone(),
            roles: Vec::new(),
            cutoffs: Vec::new(),
        };
        let wire = compose_by(rules, Some(&authority), 0, Some((wires, &self.held)));
        let snapshot = Snapshot::sharing(&self.layers, wire, Catalogue::shipped())?;
        for layer in snapshot.layers() {
            if self.held.insert(layer.digest().to_vec()) {
                self.kept.push(Arc::clone(layer));
            }
        }
        Ok(snapshot)
    }
}
