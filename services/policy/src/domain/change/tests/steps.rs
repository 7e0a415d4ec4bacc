use super::*;

fn hand(number: u8, standing: Standing) -> Hand {
    Hand {
        actor: format!("users/00000000-0000-7000-8000-0000000000b{number}"),
        organization: None,
        standing,
    }
}

fn proposed(by: Hand, sensitive: bool, approvals_needed: i32) -> Change {
    Change {
        name: format!("communities/{CODE}/policyChanges/00000000-0000-7000-8000-000000000001")
            .parse()
            .unwrap(),
        title: "x".to_owned(),
        rationale: String::new(),
        edits: Vec::new(),
        state: State::Proposed,
        base: 1,
        sensitive,
        approvals_needed,
        proposer: by.actor.clone(),
        steps: vec![Step {
            kind: StepKind::Proposed,
            hand: by,
            comment: String::new(),
            at: NOW,
        }],
        revision: None,
        restores: None,
        version: 1,
    }
}

fn approve(change: Change, by: Hand) -> Result<Change> {
    change.approve("", by, "", NOW)
}

#[test]
fn an_ordinary_change_takes_the_secretary() {
    let secretary = || hand(1, Standing::Leads);
    let member = |number| hand(number, Standing::Core);
    let own = approve(proposed(secretary(), false, 1), secretary()).unwrap();
    assert_eq!(own.state, State::Approved);
    let by_deputy = approve(proposed(member(2), false, 1), member(3)).unwrap();
    assert_eq!(by_deputy.state, State::Proposed, "not without the secretary");
    assert!(
        approve(by_deputy.clone(), member(3))
            .unwrap_err()
            .is(&reasons::ALREADY_APPROVED)
    );
    assert_eq!(approve(by_deputy, secretary()).unwrap().state, State::Approved);
    let of_two = approve(proposed(member(2), false, 2), secretary()).unwrap();
    assert_eq!(of_two.state, State::Proposed);
    assert_eq!(approve(of_two, member(3)).unwrap().state, State::Approved);
    let outside = approve(proposed(secretary(), false, 1), hand(4, Standing::Outside));
    assert!(outside.unwrap_err().is(&reasons::APPROVER_NOT_OF_CORE));
}

#[test]
fn a_sensitive_change_takes_a_second_person() {
    let secretary = || hand(1, Standing::Leads);
    let member = |number| hand(number, Standing::Core);
    let own = approve(proposed(secretary(), true, 1), secretary()).unwrap_err();
    assert!(own.is(&reasons::OWN_SENSITIVE_CHANGE));
    assert_eq!(
        approve(proposed(secretary(), true, 1), member(2)).unwrap().state,
        State::Approved
    );
    let without = approve(proposed(member(2), true, 1), member(3)).unwrap();
    assert_eq!(
        without.state,
        State::Proposed,
        "the secretary neither proposed nor approved"
    );
    assert_eq!(approve(without, secretary()).unwrap().state, State::Approved);
    let of_two = approve(proposed(secretary(), true, 2), member(2)).unwrap();
    assert_eq!(of_two.state, State::Proposed);
}

#[test]
fn each_step_has_its_states() {
    let secretary = || hand(1, Standing::Leads);
    let open = || proposed(secretary(), false, 1);
    let approved = || approve(open(), secretary()).unwrap();
    let state = |refused: Result<Change>| refused.unwrap_err().metadata()["state"].clone();
    assert_eq!(state(open().activate("", secretary(), "", 2, NOW)), "PROPOSED");
    assert_eq!(state(approve(approved(), hand(2, Standing::Core))), "APPROVED");
    let active = approved().activate("v2", secretary(), "", 2, NOW).unwrap();
    assert_eq!(
        (active.state, active.revision, active.version),
        (State::Active, Some(2), 3)
    );
    assert_eq!(state(active.clone().reject("", secretary(), "no", NOW)), "ACTIVE");
    assert_eq!(state(active.clone().withdraw("", secretary(), "", NOW)), "ACTIVE");
    assert_eq!(state(active.activate("", secretary(), "", 3, NOW)), "ACTIVE");
    let withdrawn = approved().withdraw("", secretary(), "", NOW).unwrap();
    assert_eq!(state(approve(withdrawn.clone(), hand(2, Standing::Core))), "WITHDRAWN");
    assert_eq!(state(withdrawn.reject("", secretary(), "no", NOW)), "WITHDRAWN");
    let stale = open().reject("v2", secretary(), "no", NOW).unwrap_err();
    assert!(stale.is(&common::ETAG_MISMATCH));
}
