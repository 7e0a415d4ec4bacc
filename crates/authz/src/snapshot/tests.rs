use yihe_proto::policy::v1 as pb;

use super::*;
use crate::Condition;
use crate::sample::{at, client, compose, conditional, deny, grant, holds, organization, until, user};

const GET: &str = "meeting.motion.get";

fn allows(snapshot: &Snapshot, principal: &Principal, capacity: Capacity, now: Timestamp) -> bool {
    matches!(snapshot.decide(principal, &capacity, GET, now), Decision::Allow { .. })
}

#[test]
fn what_nothing_grants_is_denied() {
    let secretary = vec![holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY")];
    let empty = compose(Vec::new(), secretary.clone());
    let nothing = Decision::Deny { grant: None };
    assert_eq!(empty.decide(&user(1), &organization(1), GET, at(0)), nothing);
    let everything = compose(
        vec![grant("all", "*/*", "*"), grant("all", "PARTY_COMMITTEE/*", "*")],
        secretary,
    );
    assert!(allows(&everything, &user(1), organization(1), at(0)));
    assert_eq!(
        everything.decide(&user(1), &organization(1), "meeting.motion.unheard", at(0)),
        nothing
    );
    let others = [
        user(2),
        client(1),
        Principal::Anonymous,
        Principal::Operator,
        Principal::Service("meeting".into()),
    ];
    for other in others {
        for capacity in [Capacity::Own, organization(1)] {
            assert_eq!(everything.decide(&other, &capacity, GET, at(0)), nothing, "{other}");
        }
    }
}

#[test]
fn a_denial_for_one_capacity_does_not_silence_another() {
    let roles = vec![
        holds(&user(1), organization(1), "PROPERTY_COMPANY/MANAGER"),
        holds(&user(1), organization(9), "COMPOUND/OWNER"),
    ];
    let grants = vec![
        grant("owners", "COMPOUND/OWNER", GET),
        grant("company", "PROPERTY_COMPANY/*", GET),
        deny(grant("hush", "PROPERTY_COMPANY/MANAGER", GET)),
    ];
    let snapshot = compose(grants, roles);
    assert!(allows(&snapshot, &user(1), Capacity::Own, at(0)));
    let denied = snapshot.decide(&user(1), &organization(1), GET, at(0));
    assert_eq!(
        denied,
        Decision::Deny {
            grant: Some("hush".into())
        }
    );
    // a compound's register is no organization to act for
    assert!(!allows(&snapshot, &user(1), organization(9), at(0)));
    assert_eq!(
        snapshot.capacities(&user(1), at(0)),
        [organization(1).organization().unwrap()]
    );
}

#[test]
fn an_appointed_person_is_one_in_each_of_its_capacities_and_no_other() {
    let roles = vec![
        until(at(10), holds(&user(1), organization(1), "RESIDENT_UNIT/STAFF")),
        holds(&client(1), organization(1), "RESIDENT_UNIT/CLIENT"),
    ];
    let snapshot = compose(vec![grant("all", "*/*", GET)], roles);
    assert!(allows(&snapshot, &user(1), organization(1), at(9)) && allows(&snapshot, &user(1), Capacity::Own, at(9)));
    assert!(!allows(&snapshot, &user(1), organization(2), at(9)));
    assert!(
        !allows(&snapshot, &user(1), organization(1), at(10)) && !allows(&snapshot, &user(1), Capacity::Own, at(10))
    );
    assert!(!allows(&snapshot, &client(1), organization(1), at(0)));
}

#[test]
fn conditions_stay_open_and_denials_win() {
    let roles = vec![holds(&user(1), organization(1), "PROPERTY_COMPANY/STAFF")];
    let role = "PROPERTY_COMPANY/STAFF";
    let owner = conditional("owner", role, GET, pb::Condition::Owner);
    let serves = conditional("serves", role, GET, pb::Condition::Serves);
    let decide = |grants: Vec<pb::Grant>| compose(grants, roles.clone()).decide(&user(1), &organization(1), GET, at(0));

    let Decision::Residual(residual) = decide(vec![owner.clone(), deny(serves.clone())]) else {
        panic!()
    };
    assert_eq!(
        (residual.allow_if.to_string(), residual.deny_if.to_string()),
        ("owner".to_owned(), "serves".to_owned())
    );
    assert!(residual.settle(&|condition| condition == Condition::Owner));
    assert!(!residual.settle(&|_| true) && !residual.settle(&|_| false));

    let Decision::Residual(residual) = decide(vec![grant("always", role, GET), deny(serves.clone())]) else {
        panic!()
    };
    assert!(residual.allow_always && residual.settle(&|_| false) && !residual.settle(&|_| true));

    assert_eq!(
        decide(vec![owner.clone(), deny(owner)]),
        Decision::Deny {
            grant: Some("owner".into())
        }
    );
    assert_eq!(decide(vec![deny(serves)]), Decision::Deny { grant: None });
}

#[test]
fn roles_tell_what_counts() {
    let roles = vec![
        holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY"),
        holds(&user(1), organization(2), "OWNERS_COMMITTEE/DIRECTOR"),
        holds(&client(1), organization(1), "RESIDENT_UNIT/CLIENT"),
    ];
    let snapshot = compose(Vec::new(), roles);
    let now = at(0);
    assert_eq!(
        snapshot.roles(&user(1), &organization(1), now),
        ["PARTY_COMMITTEE/SECRETARY", "PARTY_COMMITTEE/*", "*/*"]
    );
    assert_eq!(snapshot.roles(&user(1), &Capacity::Own, now), ["*/*"]);
    assert_eq!(
        snapshot.roles(&client(1), &organization(1), now),
        ["RESIDENT_UNIT/CLIENT"]
    );
    assert_eq!(snapshot.roles(&Principal::Operator, &Capacity::Own, now), ["OPERATOR"]);
    assert!(snapshot.roles(&user(2), &Capacity::Own, now).is_empty());
}

#[test]
fn a_role_that_was_made_counts_in_its_capacity_while_a_post_there_is_in_force() {
    let keeper = "ROLE/hall-keeper";
    let roles = vec![
        until(at(10), holds(&user(1), organization(1), "RESIDENT_UNIT/STAFF")),
        holds(&user(1), organization(1), keeper),
        until(at(20), holds(&user(2), Capacity::Own, keeper)),
        holds(&user(3), organization(1), keeper),
        holds(&client(1), organization(1), "RESIDENT_UNIT/CLIENT"),
        holds(&client(1), organization(1), keeper),
    ];
    let snapshot = compose(vec![grant("keep", keeper, GET), grant("all", "*/*", "*")], roles);
    let by = |principal: Principal, capacity, now| snapshot.decide(&principal, &capacity, GET, now).grant().cloned();
    assert_eq!(by(user(1), organization(1), at(9)).as_deref(), Some("keep"));
    assert_eq!(by(user(1), Capacity::Own, at(9)).as_deref(), Some("all"));
    assert_eq!(by(user(1), organization(1), at(10)), None);
    assert_eq!(by(user(2), Capacity::Own, at(19)).as_deref(), Some("keep"));
    assert_eq!(by(user(2), Capacity::Own, at(20)), None);
    assert_eq!(by(user(3), organization(1), at(0)), None, "it has no post there");
    assert_eq!(by(client(1), organization(1), at(0)).as_deref(), Some("keep"));
    assert!(snapshot.capacities(&user(3), at(0)).is_empty());
    assert_eq!(
        snapshot.roles(&user(1), &organization(1), at(9)),
        ["RESIDENT_UNIT/STAFF", "RESIDENT_UNIT/*", "*/*", keeper]
    );
    assert_eq!(snapshot.roles(&user(2), &Capacity::Own, at(0)), [keeper]);
}

#[test]
fn a_cell_of_the_matrix_is_what_whoever_holds_that_role_alone_may() {
    let grants = vec![
        conditional("a", "PARTY_COMMITTEE/*", GET, pb::Condition::Owner),
        grant("b", "PARTY_COMMITTEE/SECRETARY", GET),
        conditional("c", "*/*", GET, pb::Condition::Caller),
    ];
    let snapshot = compose(grants, Vec::new());
    let cell = |role: &str| snapshot.decide_role(role.parse().unwrap(), GET, at(0));
    assert_eq!(cell("PARTY_COMMITTEE/SECRETARY"), Decision::Allow { grant: "b".into() });
    let Decision::Residual(member) = cell("PARTY_COMMITTEE/MEMBER") else {
        panic!()
    };
    assert_eq!(member.allow_if.to_string(), "owner|caller");
    assert_eq!(cell("PARTY_COMMITTEE/CLIENT"), Decision::Deny { grant: None });
    assert_eq!(snapshot.grants_for(GET).count(), 3);
    assert_eq!(snapshot.grants_for("meeting.motion.list").count(), 0);
}

#[test]
fn the_next_change_is_the_next_instant_of_a_term() {
    let roles = vec![until(
        at(10),
        holds(&user(1), organization(1), "PARTY_COMMITTEE/SECRETARY"),
    )];
    let lapsing = pb::Grant {
        end_time: Some(at(20).to_proto()),
        ..grant("a", "*/*", GET)
    };
    let snapshot = compose(vec![lapsing], roles);
    let next = |principal: &Principal, after| snapshot.next_change(principal, &organization(1), after);
    assert_eq!(next(&user(1), at(0)), Some(at(10)));
    assert_eq!(next(&user(1), at(10)), Some(at(20)));
    assert_eq!(next(&user(2), at(0)), Some(at(20)));
    assert_eq!(next(&user(1), at(20)), None);
}

#[test]
fn communities_of_any_size_are_decided_alike() {
    let posts = ["RESIDENT_UNIT/STAFF", "RESIDENT_UNIT/MANAGER", "PROPERTY_COMPANY/STAFF"];
    let grants = || {
        vec![
            grant("units", "RESIDENT_UNIT/*", GET),
            grant("anybody", "*/*", "meeting.motion.list"),
        ]
    };
    // one person alone, as many as lie near, as many as do not, and more instants than lie near
    for people in [1, 20, 90, 130, 700] {
        let role = |number: u32| {
            let held = holds(&user(number), organization(number % 9), posts[number as usize % 3]);
            until(at(i64::from(number) + 1), held)
        };
        let twice = |number: u32| holds(&user(number), organization(9), "RESIDENT_UNIT/STAFF");
        let roles = (0..people).map(role).chain((0..people / 10).map(twice)).collect();
        let snapshot = compose(grants(), roles);
        for now in [0, 1, 15, 16, 17, 60, 699, 700] {
            for number in 0..people + 50 {
                let (here, instant) = (number < people && i64::from(number) >= now, at(now));
                let unit = here && number % 3 != 2;
                let by = |capacity| allows(&snapshot, &user(number), capacity, instant);
                assert_eq!(by(organization(number % 9)), unit, "{number} of {people} at {now}");
                assert_eq!(
                    by(organization(9)),
                    number < people / 10,
                    "{number} of {people} at {now}"
                );
                assert!(!by(organization((number + 1) % 9)) && !by(Capacity::Own));
                let own = snapshot.decide(&user(number), &Capacity::Own, "meeting.motion.list", instant);
                let appointed = here || number < people / 10;
                assert_eq!(
                    matches!(own, Decision::Allow { .. }),
                    appointed,
                    "{number} of {people} at {now}"
                );
            }
        }
    }
}
