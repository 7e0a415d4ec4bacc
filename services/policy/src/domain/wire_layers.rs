use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use prost::Message;
use sha2::{Digest, Sha256};
use yihe_authz::{Domain, Grant};
use yihe_proto::policy::v1 as pb;

use super::rules::RuleLayer;

/// The rules of a domain, and what they are on the wire.
type Made = (Arc<RuleLayer>, Arc<pb::Layer>);

/// The wire form of the layers in force, each made once, whatever the number of snapshots that have it.
#[derive(Debug, Default)]
pub(crate) struct WireLayers {
    made: Mutex<HashMap<Domain, Made>>,
}

impl WireLayers {
    /// A layer on the wire, without its rules where the caller holds them; `None` for one without rules.
    pub fn layer(&self, layer: &Arc<RuleLayer>, held: &HashSet<Vec<u8>>) -> Option<pb::Layer> {
        if layer.grants.is_empty() {
            return None;
        }
        let made = self.made(layer);
        Some(if held.contains(&made.digest) {
            pb::Layer {
                domain: made.domain.clone(),
                digest: made.digest.clone(),
                grants: Vec::new(),
            }
        } else {
            pb::Layer::clone(&made)
        })
    }

    fn made(&self, layer: &Arc<RuleLayer>) -> Arc<pb::Layer> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match made.get(&layer.domain) {
            Some((of, wire)) if Arc::ptr_eq(of, layer) => Arc::clone(wire),
            _ => {
                let wire = Arc::new(wire(layer));
                made.insert(layer.domain.clone(), (Arc::clone(layer), Arc::clone(&wire)));
                wire
            }
        }
    }
}

fn wire(layer: &RuleLayer) -> pb::Layer {
    let grants: Vec<_> = layer.grants.iter().map(Grant::to_proto).collect();
    let rows = grants.iter().map(Message::encode_length_delimited_to_vec);
    // the order of the rows is part of what is shared: by it the first rule that decides is named
    let digest = rows.fold(Sha256::new(), Sha256::chain_update).finalize();
    pb::Layer {
        domain: layer.domain.to_string(),
        digest: digest.to_vec(),
        grants,
    }
}

#[cfg(test)]
mod tests {
    use yihe_authz::Catalogue;

    use super::*;
    use crate::domain::row::Row;

    fn layer(permissions: &[&str]) -> Arc<RuleLayer> {
        let row = |permission: &&str| {
            let row = Row {
                source: "fixture",
                role: "*/*",
                domain: "4403",
                permission,
                effect: "deny",
                ..Row::default()
            };
            row.grant(Catalogue::shipped()).unwrap()
        };
        Arc::new(RuleLayer {
            domain: Domain::Code("4403".parse().unwrap()),
            sequence: 1,
            grants: permissions.iter().map(row).collect(),
            assignments: Vec::new(),
            roles: Vec::new(),
        })
    }

    #[test]
    fn rules_that_are_held_do_not_come_again_and_others_do() {
        let wires = WireLayers::default();
        let (get, open) = (layer(&["meeting.motion.get"]), layer(&["meeting.vote.open"]));
        let first = wires.layer(&get, &HashSet::new()).unwrap();
        assert_eq!((first.grants.len(), &*first.domain), (1, "4403"));
        let held = HashSet::from([first.digest.clone()]);
        let again = wires.layer(&get, &held).unwrap();
        assert!(again.grants.is_empty() && again.digest == first.digest);
        let changed = wires.layer(&open, &held).unwrap();
        assert!(changed.grants.len() == 1 && changed.digest != first.digest);
        // a layer made anew of the same rules is the same to whoever holds it
        assert!(
            wires
                .layer(&layer(&["meeting.motion.get"]), &held)
                .unwrap()
                .grants
                .is_empty()
        );
        assert_eq!(wires.layer(&layer(&[]), &held), None, "no rules, no layer");
    }
}
