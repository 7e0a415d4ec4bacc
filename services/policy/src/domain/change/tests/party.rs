use yihe_authz::{Catalogue, Decision, Snapshot};

use super::*;
use crate::domain::authority::{Authority, compose};
use crate::domain::rules::Rules;
use crate::domain::vocabulary;

/// A community under the template and what it made.
fn snapshot(made: &Made) -> Snapshot {
    let rules = Rules::new(Template::shipped().unwrap(), Vec::new(), 1).with([made.layer()]);
    let authority = Authority {
        scope: yihe_authz::Scope::Community(CODE.parse().unwrap()),
        sequence: 1,
        regions: Vec::new(),
        roles: Vec::new(),
        cutoffs: Vec::new(),
    };
    Snapshot::compose(compose(&rules, Some(&authority)), Catalogue::shipped()).unwrap()
}

fn held(snapshot: &Snapshot) -> Vec<(String, String, Decision)> {
    let core = [
        "PARTY_COMMITTEE/SECRETARY",
        "PARTY_COMMITTEE/DEPUTY_SECRETARY",
        "PARTY_COMMITTEE/MEMBER",
    ];
    let policies = Catalogue::shipped()
        .permissions()
        .iter()
        .filter(|permission| permission.name.starts_with("policy."));
    let mut held = Vec::new();
    for permission in policies {
        for role in core {
            let decision = snapshot.decide_role(role.parse().unwrap(), &permission.name, NOW);
            held.push((role.to_owned(), permission.name.clone(), decision));
        }
    }
    held
}

#[test]
fn no_denial_of_whatever_role_reaches_the_core() {
    let before = held(&snapshot(&nothing()));
    assert!(
        before
            .iter()
            .any(|(_, _, decision)| matches!(decision, Decision::Allow { .. }))
    );
    let (mut accepted, mut refused) = (0, 0);
    for role in vocabulary::roles() {
        for permission in ["policy.change.*", "policy.change.approve", "*"] {
            match try_on(&nothing(), 1, &[deny(&role.to_string(), permission)]) {
                Ok(after) => {
                    accepted += 1;
                    assert_eq!(held(&snapshot(&after.made)), before, "{role} {permission}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 50 && refused > 20, "{accepted} accepted, {refused} refused");
}
