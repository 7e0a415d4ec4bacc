use std::sync::Arc;

use yihe_proto::policy::v1 as pb;

use crate::sample::{COMMUNITY, at, community, grant, holds, organization, user, wire};
use crate::{Catalogue, Decision, Layers, Snapshot, reasons};

const GET: &str = "meeting.motion.get";

fn layer(domain: &str, digest: u8, role: &str) -> pb::Layer {
    let grant = pb::Grant {
        domain: domain.to_owned(),
        ..grant(&format!("{domain}/{digest}"), role, GET)
    };
    pb::Layer {
        domain: domain.to_owned(),
        digest: vec![digest; 32],
        grants: vec![grant],
    }
}

fn snapshot_of(layers: Vec<pb::Layer>) -> pb::Snapshot {
    let roles = vec![holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY")];
    pb::Snapshot {
        layers,
        ..wire(Vec::new(), roles)
    }
}

fn compose(held: &Layers, layers: Vec<pb::Layer>) -> Snapshot {
    Snapshot::sharing(held, snapshot_of(layers), Catalogue::shipped()).unwrap()
}

fn bare(layer: &pb::Layer) -> pb::Layer {
    pb::Layer {
        grants: Vec::new(),
        ..layer.clone()
    }
}

#[test]
fn a_layer_lies_in_memory_once_for_all_communities_and_goes_with_the_last() {
    let held = Layers::default();
    let city = layer("44", 1, "*/*");
    let one = compose(&held, vec![city.clone(), layer(community().as_str(), 2, "*/*")]);
    let mut elsewhere = snapshot_of(vec![bare(&city)]);
    elsewhere.community = "communities/440309002022".to_owned();
    let other = Snapshot::sharing(&held, elsewhere, Catalogue::shipped()).unwrap();
    let first = |snapshot: &Snapshot| Arc::clone(snapshot.layers().next().unwrap());
    assert!(Arc::ptr_eq(&first(&one), &first(&other)));
    assert!(
        other.weight() < one.weight(),
        "a shared layer is charged to no community"
    );
    assert!(Arc::ptr_eq(&one.wide, &other.wide));
    assert_eq!(held.weight(), first(&one).weight() + one.wide.weight());
    assert_eq!(held.wide().len(), 1, "a community's own rules are of use to no other");
    drop((one, other));
    assert!(held.wide().is_empty() && held.weight() == 0);
}

#[test]
fn rules_that_change_make_another_layer() {
    let held = Layers::default();
    let now = at(0);
    let before = compose(&held, vec![layer("44", 1, "*/*")]);
    let after = compose(&held, vec![layer("44", 2, "PROPERTY_COMPANY/*")]);
    let decide = |snapshot: &Snapshot| snapshot.decide(&user(1), &organization(1), GET, now);
    assert_eq!(decide(&before), Decision::Allow { grant: "44/1".into() });
    assert_eq!(decide(&after), Decision::Deny { grant: None });
}

#[test]
fn a_layer_that_is_not_what_it_says_refuses_the_whole() {
    let held = Layers::default();
    let city = layer("44", 1, "*/*");
    let _holder = compose(&held, vec![city.clone()]);
    let refusal = |layer: pb::Layer| {
        let refusal = Snapshot::sharing(&held, snapshot_of(vec![layer]), Catalogue::shipped()).unwrap_err();
        assert!(refusal.is(&reasons::SNAPSHOT_MALFORMED));
        refusal.to_string()
    };
    assert!(refusal(bare(&layer("44", 9, "*/*"))).contains("layers[0]"));
    let nameless = pb::Layer {
        digest: Vec::new(),
        ..bare(&city)
    };
    assert!(refusal(nameless).contains("not held"));
    let of_another = pb::Layer {
        domain: "4403".to_owned(),
        ..bare(&city)
    };
    assert!(refusal(of_another).contains("another domain"));
    let stray = pb::Layer {
        domain: "4403".to_owned(),
        digest: vec![3; 32],
        ..city.clone()
    };
    assert!(refusal(stray).contains("44/1"));
    let domainless = pb::Layer {
        domain: String::new(),
        ..layer("44", 4, "*/*")
    };
    assert!(refusal(domainless).contains("layers[0]"));
    let mut bad = layer("44", 5, "*/*");
    bad.grants[0].role = "BOSS".to_owned();
    let text = refusal(bad);
    assert!(text.contains("layers[0].grants[0]") && text.contains("BOSS"), "{text}");
}

#[test]
fn a_layer_that_does_not_cover_the_community_is_left_out() {
    let held = Layers::default();
    let layers = vec![layer("4401", 1, "*/*"), layer("44", 2, "*/*")];
    let snapshot = compose(&held, layers);
    assert_eq!(snapshot.grants().map(|grant| &*grant.id).collect::<Vec<_>>(), ["44/2"]);
    assert_eq!(
        snapshot
            .community()
            .map(|community| format!("communities/{community}"))
            .as_deref(),
        Some(COMMUNITY)
    );
}
