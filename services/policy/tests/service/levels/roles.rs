use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{ExplainRequest, GetMatrixRequest, ListRolesRequest, MadeRole, RoleAssignment, Verdict};

use super::*;
use crate::changes::{allow, edit};

const OPEN: &str = "meeting.vote.open";
const CREATE: &str = "meeting.body.create";

fn role(slug: &str, zh: &str, en: &str) -> PolicyEdit {
    edit(Edit::AddRole(MadeRole {
        role: format!("ROLE/{slug}"),
        display_name_zh: zh.to_owned(),
        display_name_en: en.to_owned(),
    }))
}

fn assign(role: &str, principal: &str) -> PolicyEdit {
    edit(Edit::Assign(RoleAssignment {
        principal: principal.to_owned(),
        capacity: "self".to_owned(),
        role: role.to_owned(),
        ..Default::default()
    }))
}

/// The roles that a place made.
async fn made(levels: &Levels, by: &Who, parent: &str) -> Vec<String> {
    let request = ListRolesRequest {
        parent: parent.to_owned(),
    };
    let listed = levels
        .running
        .changes()
        .list_roles(levels.running.call(by, request))
        .await;
    listed
        .unwrap()
        .into_inner()
        .roles
        .into_iter()
        .map(|role| role.role)
        .collect()
}

/// What the two holders may in the community: one of the district's role, one of the community's own.
async fn held(levels: &Levels) -> [[Verdict; 2]; 2] {
    let mut found = Vec::new();
    for holder in [MANAGER, CARETAKER] {
        let own = who(holder, "self");
        found.push([
            levels.verdict(&own, COMMUNITY, OPEN).await,
            levels.verdict(&own, COMMUNITY, CREATE).await,
        ]);
    }
    [found[0], found[1]]
}

/// Of the district: whoever holds it opens votes. The manager does.
fn of_district() -> Vec<PolicyEdit> {
    vec![
        role("guide", "区讲解员", "district guide"),
        allow("ROLE/guide", OPEN),
        assign("ROLE/guide", MANAGER),
    ]
}

/// Of the community: whoever holds it makes bodies. The caretaker does.
fn of_community() -> Vec<PolicyEdit> {
    vec![
        role("guide", "讲解员", "guide"),
        allow("ROLE/guide", CREATE),
        assign("ROLE/guide", CARETAKER),
    ]
}

const APART: [[Verdict; 2]; 2] = [[Verdict::Allow, Verdict::Deny], [Verdict::Deny, Verdict::Allow]];

#[tokio::test]
async fn roles_of_two_levels_with_one_slug_are_two_whichever_came_first() {
    for community_first in [true, false] {
        let levels = Levels::start().await;
        if community_first {
            levels.change(&secretary(), COMMUNITY, of_community()).await;
            levels.change(&leader(), DISTRICT, of_district()).await;
        } else {
            levels.change(&leader(), DISTRICT, of_district()).await;
            levels.change(&secretary(), COMMUNITY, of_community()).await;
        }
        assert_eq!(held(&levels).await, APART, "community first: {community_first}");
        assert_eq!(
            made(&levels, &secretary(), COMMUNITY).await,
            ["ROLE/guide@440309002021"]
        );
        assert_eq!(made(&levels, &leader(), DISTRICT).await, ["ROLE/guide@440399"]);
    }
}

#[tokio::test]
async fn what_a_change_says_of_a_role_is_what_was_meant_when_it_was_proposed() {
    let levels = Levels::start().await;
    levels.change(&leader(), DISTRICT, of_district()).await;
    // without one of its own the community means the district's, and says so in full
    let given = levels
        .propose(&secretary(), COMMUNITY, vec![assign("ROLE/guide", CARETAKER)])
        .await
        .unwrap();
    let Some(Edit::Assign(assignment)) = &given.edits[0].edit else {
        panic!("{given:?}")
    };
    assert_eq!(assignment.role, "ROLE/guide@440399");
    let own = levels
        .propose(&secretary(), COMMUNITY, vec![role("guide", "讲解员", "guide")])
        .await
        .unwrap();
    let Some(Edit::AddRole(made)) = &own.edits[0].edit else {
        panic!("{own:?}")
    };
    assert_eq!(made.role, "ROLE/guide@440309002021");
    levels.approve(&secretary(), &given.name).await.unwrap();
    levels.activate(&secretary(), &given.name).await.unwrap();
    let both = [[Verdict::Allow, Verdict::Deny]; 2];
    assert_eq!(held(&levels).await, both);
}

#[tokio::test]
async fn a_community_that_comes_below_another_district_keeps_its_role_to_itself() {
    let levels = Levels::start().await;
    levels.change(&secretary(), COMMUNITY, of_community()).await;
    levels.change(&neighbour(), NEXT_DISTRICT, of_district()).await;
    assert_eq!(
        held(&levels).await,
        [[Verdict::Deny; 2], [Verdict::Deny, Verdict::Allow]],
        "the next district's role is nothing here"
    );
    let mut moved = authority(2);
    moved.regions = names(&["440309002021", "440305", "4403", "44"]);
    levels.running.directory.put(moved);
    for _ in 0..200 {
        if held(&levels).await == APART {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(held(&levels).await, APART);
}

#[tokio::test]
async fn made_roles_go_by_their_names_in_explanations_and_look_ups() {
    let levels = Levels::start().await;
    levels.change(&leader(), DISTRICT, of_district()).await;
    levels.change(&secretary(), COMMUNITY, of_community()).await;
    let explain = async |principal: &str, permission: &str| {
        let request = ExplainRequest {
            parent: COMMUNITY.to_owned(),
            permission: permission.to_owned(),
            principal: principal.to_owned(),
            acting_as: "self".to_owned(),
        };
        let answer = levels
            .running
            .policy()
            .explain(levels.running.call(&secretary(), request))
            .await;
        answer.unwrap().into_inner()
    };
    let allowed = explain(MANAGER, OPEN).await;
    assert!(
        allowed.text_zh.contains("准许自设角色“区讲解员”（guide@440399）"),
        "{}",
        allowed.text_zh
    );
    assert!(
        allowed.text_en.contains("the role “district guide” (guide@440399) may"),
        "{}",
        allowed.text_en
    );
    let denied = explain(CARETAKER, OPEN).await;
    assert!(
        denied.text_zh.contains("现任自设角色“讲解员”（guide@440309002021）"),
        "{}",
        denied.text_zh
    );
    assert!(
        denied.text_zh.contains("自设角色“区讲解员”（guide@440399）"),
        "{}",
        denied.text_zh
    );
    let request = GetMatrixRequest {
        parent: COMMUNITY.to_owned(),
    };
    let matrix = levels
        .running
        .policy()
        .get_matrix(levels.running.call(&caretaker(), request))
        .await;
    let rows = matrix.unwrap().into_inner().rows;
    let row = rows.iter().find(|row| row.role == "ROLE/guide@440309002021").unwrap();
    assert_eq!(row.display_name_en, "the role “guide” (guide@440309002021)");
}
