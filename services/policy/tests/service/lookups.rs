use std::collections::BTreeSet;

use yihe_proto::directory::v1::{OrganizationKind as Kind, Post};
use yihe_proto::policy::v1::{
    Condition, Holder, ObjectFacts, Verdict, WhatCanRequest, WhatCanResponse, WhoCanRequest, WhoCanResponse,
};

use crate::people::*;
use crate::running::{Running, reason, told};

fn asking(permission: &str) -> WhoCanRequest {
    WhoCanRequest {
        parent: COMMUNITY.to_owned(),
        permission: permission.to_owned(),
        ..WhoCanRequest::default()
    }
}

async fn who_can(running: &Running, who: &Who, request: WhoCanRequest) -> WhoCanResponse {
    running
        .lookup()
        .who_can(running.call(who, request))
        .await
        .unwrap()
        .into_inner()
}

async fn what_can(running: &Running, who: &Who, principal: &str, acting_as: &str) -> WhatCanResponse {
    let request = WhatCanRequest {
        parent: COMMUNITY.to_owned(),
        principal: principal.to_owned(),
        acting_as: acting_as.to_owned(),
        page_size: 1000,
        ..WhatCanRequest::default()
    };
    running
        .lookup()
        .what_can(running.call(who, request))
        .await
        .unwrap()
        .into_inner()
}

fn pairs(holders: &[Holder]) -> Vec<(&str, &str)> {
    holders
        .iter()
        .map(|holder| (holder.principal.as_str(), holder.acting_as.as_str()))
        .collect()
}

#[tokio::test]
async fn the_core_learns_who_may_in_which_capacity() {
    let running = Running::start().await;
    let answer = who_can(&running, &secretary(), asking("meeting.vote.open")).await;
    // the manager of the station is clerk of the committee too, and may for the committee alone
    let expected = [(SECRETARY, COMMITTEE), (MANAGER, COMMITTEE), (OWNER, OWNERS)];
    assert_eq!(pairs(&answer.holders), expected);
    let director = &answer.holders[2];
    assert_eq!(director.verdict(), Verdict::Conditional);
    assert_eq!(director.allow_if, [i32::from(Condition::Convener)]);
    assert_eq!(director.organization_display_name, "汇隆湾业委会");
    assert!(director.roles.contains(&"OWNERS_COMMITTEE/DIRECTOR".to_owned()));
    assert_eq!(director.change_time.map(|end| end.seconds), Some(DIRECTOR_UNTIL));
    assert_eq!(
        (answer.holders[0].verdict(), answer.holders[0].change_time),
        (Verdict::Allow, None)
    );
    assert!(!answer.revision.is_empty());

    running.set_clock(DIRECTOR_UNTIL);
    let answer = who_can(&running, &secretary(), asking("meeting.vote.open")).await;
    assert_eq!(pairs(&answer.holders), expected[..2], "his term is over, nobody acting");
}

#[tokio::test]
async fn the_roles_that_may_are_named_in_both_languages() {
    let running = Running::start().await;
    let answer = who_can(&running, &caretaker(), asking("directory.application.admit")).await;
    let roles: Vec<_> = answer
        .roles
        .iter()
        .map(|role| {
            (
                role.role.as_str(),
                role.display_name_zh.as_str(),
                role.display_name_en.as_str(),
            )
        })
        .collect();
    assert_eq!(
        roles,
        [
            (
                "PARTY_COMMITTEE/SECRETARY",
                "社区党委书记",
                "secretary of the Party committee"
            ),
            (
                "PARTY_COMMITTEE/DEPUTY_SECRETARY",
                "社区党委副书记",
                "deputy secretary of the Party committee"
            ),
        ]
    );
}

#[tokio::test]
async fn others_see_roles_and_nobody_but_themselves() {
    let running = Running::start().await;
    let ballots = "meeting.ballot.cast";
    let all = who_can(&running, &secretary(), asking(ballots)).await;
    assert!(all.holders.iter().any(|holder| holder.principal == SECRETARY));
    let seen = who_can(&running, &caretaker(), asking(ballots)).await;
    assert_eq!(seen.roles, all.roles);
    assert_eq!(pairs(&seen.holders), [(CARETAKER, PROPERTY), (CARETAKER, "self")]);
    let nobody = who_can(&running, &caretaker(), asking("meeting.vote.open")).await;
    assert!(nobody.holders.is_empty() && !nobody.roles.is_empty());
    // a client finds itself, and not in what only persons do
    let client = who(CLIENT, PROPERTY);
    let seen = who_can(&running, &client, asking("directory.membership.list")).await;
    assert_eq!(pairs(&seen.holders), [(CLIENT, PROPERTY)]);
    assert!(who_can(&running, &client, asking(ballots)).await.holders.is_empty());
}

#[tokio::test]
async fn facts_of_the_object_settle_conditions() {
    let running = Running::start().await;
    let with = |conditions: &[Condition]| WhoCanRequest {
        facts: Some(ObjectFacts {
            conditions: conditions.iter().map(|condition| i32::from(*condition)).collect(),
        }),
        ..asking("meeting.vote.open")
    };
    let convener = who_can(&running, &secretary(), with(&[Condition::Convener])).await;
    assert!(pairs(&convener.holders).contains(&(OWNER, OWNERS)));
    assert!(convener.holders.iter().all(|holder| holder.verdict() == Verdict::Allow));
    let other = who_can(&running, &secretary(), with(&[])).await;
    assert_eq!(pairs(&other.holders), [(SECRETARY, COMMITTEE), (MANAGER, COMMITTEE)]);
    assert!(other.roles.iter().all(|role| role.role.starts_with("PARTY_COMMITTEE/")));
    let mut unknown = with(&[]);
    unknown.facts = Some(ObjectFacts { conditions: vec![99] });
    let refused = running
        .lookup()
        .who_can(running.call(&secretary(), unknown))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "INVALID_REQUEST");
    assert_eq!(told(&refused, "fields"), "facts.conditions[0]");
}

#[tokio::test]
async fn holders_come_in_pages_each_once() {
    let running = Running::start().await;
    let mut authority = authority(1);
    for number in 0..40 {
        let user = format!("users/00000000-0000-7000-8000-00000000f0{number:02}");
        authority
            .holdings
            .push(holding(&user, STATION, Kind::ResidentUnit, Post::Staff));
    }
    running.directory.put_untold(authority);
    let whole = who_can(
        &running,
        &secretary(),
        WhoCanRequest {
            page_size: 1000,
            ..asking("meeting.ballot.cast")
        },
    )
    .await;
    assert!(whole.holders.len() > 80 && whole.next_page_token.is_empty());
    let mut paged = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = WhoCanRequest {
            page_size: 7,
            page_token,
            ..asking("meeting.ballot.cast")
        };
        let page = who_can(&running, &secretary(), request).await;
        assert!(page.holders.len() <= 7);
        paged.extend(page.holders);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, whole.holders);
    let distinct: BTreeSet<_> = pairs(&paged).into_iter().collect();
    assert_eq!(distinct.len(), paged.len());
}

#[tokio::test]
async fn what_somebody_can_agrees_with_each_decision() {
    let running = Running::start_with("PROPERTY_COMPANY/*,440309002021,meeting.motion.submit,deny,,,\n").await;
    let answer = what_can(&running, &caretaker(), "", "").await;
    assert_eq!(answer.roles, ["PROPERTY_COMPANY/MANAGER", "PROPERTY_COMPANY/*", "*/*"]);
    assert_eq!(answer.change_time, None);
    let may: BTreeSet<_> = answer
        .permissions
        .iter()
        .map(|shown| shown.permission.as_str())
        .collect();
    assert!(may.contains("meeting.ballot.cast") && !may.contains("meeting.motion.submit"));
    for info in yihe_authz::Catalogue::shipped().permissions() {
        let request = yihe_proto::policy::v1::CheckRequest {
            parent: COMMUNITY.to_owned(),
            permission: info.name.clone(),
        };
        let check = running
            .policy()
            .check(running.call(&caretaker(), request))
            .await
            .unwrap()
            .into_inner();
        let shown = answer.permissions.iter().find(|shown| shown.permission == info.name);
        match shown {
            Some(shown) => assert_eq!(
                (shown.verdict, &shown.allow_if, &shown.deny_if, &shown.grant),
                (check.verdict, &check.allow_if, &check.deny_if, &check.grant)
            ),
            None => assert_eq!(check.verdict(), Verdict::Deny, "{}", info.name),
        }
    }
}

#[tokio::test]
async fn the_core_learns_what_anybody_can_and_others_what_they_can() {
    let running = Running::start().await;
    let director = what_can(&running, &secretary(), OWNER, OWNERS).await;
    assert!(director.roles.contains(&"OWNERS_COMMITTEE/DIRECTOR".to_owned()));
    assert_eq!(director.change_time.map(|end| end.seconds), Some(DIRECTOR_UNTIL));
    assert!(
        what_can(&running, &secretary(), STRANGER, "")
            .await
            .permissions
            .is_empty()
    );
    // the same person in another capacity
    let own = what_can(&running, &who(MANAGER, STATION), "", COMMITTEE).await;
    assert!(own.roles.contains(&"PARTY_COMMITTEE/CLERK".to_owned()));
    for principal in [SECRETARY, STRANGER] {
        let request = WhatCanRequest {
            parent: COMMUNITY.to_owned(),
            principal: principal.to_owned(),
            ..WhatCanRequest::default()
        };
        let refused = running
            .lookup()
            .what_can(running.call(&caretaker(), request))
            .await
            .unwrap_err();
        assert_eq!(reason(&refused), "PERMISSION_DENIED", "{principal}");
        assert_eq!(told(&refused, "permission"), "policy.lookup.what_can");
    }
    // a client does not vote, whatever is granted
    let client = what_can(&running, &who(CLIENT, PROPERTY), "", "").await;
    assert!(
        client
            .permissions
            .iter()
            .all(|shown| shown.permission != "meeting.ballot.cast")
    );
    assert!(!client.permissions.is_empty());
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let running = Running::start().await;
    let mut lookup = running.lookup();
    let refused = lookup
        .who_can(running.call(&caretaker(), asking("meeting.vote.opne")))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "PERMISSION_UNKNOWN");
    assert!(told(&refused, "closest").starts_with("meeting.vote.open"));
    let mut request = asking("meeting.vote.open");
    request.page_token = "x".to_owned();
    let refused = lookup.who_can(running.call(&secretary(), request)).await.unwrap_err();
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
    for (principal, acting_as, field) in [
        ("users/x", "", "principal"),
        ("services/meeting", "", "principal"),
        ("", "organizations/x", "acting_as"),
    ] {
        let request = WhatCanRequest {
            parent: COMMUNITY.to_owned(),
            principal: principal.to_owned(),
            acting_as: acting_as.to_owned(),
            ..WhatCanRequest::default()
        };
        let refused = lookup.what_can(running.call(&secretary(), request)).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), told(&refused, "field").as_str()),
            ("MALFORMED_NAME", field)
        );
    }
}
