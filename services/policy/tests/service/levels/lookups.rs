use casbin::CoreApi;
use yihe_authz::{Catalogue, Condition, Snapshot};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1::{
    ExplainRequest, ExplainResponse, ExportMatrixRequest, ExportPoliciesRequest, GetMatrixRequest, GetSnapshotRequest,
    ImportDeclaration, ListGrantsRequest, RunPolicyTestsRequest, Verdict, WhatCanRequest, WhoCanRequest,
};

use super::*;
use crate::changes::{allow, deny};
use crate::exports::{casbin, fixed};
use crate::running::{reason, told};

async fn export(levels: &Levels, by: &Who, request: ExportPoliciesRequest) -> Result<[String; 2], Status> {
    let request = levels.running.call(by, request);
    let mut stream = levels.running.lookup().export_policies(request).await?.into_inner();
    let (mut model, mut text) = (String::new(), String::new());
    while let Some(piece) = stream.message().await? {
        model += &piece.model;
        text += &piece.policies;
    }
    Ok([model, text])
}

fn all_of(parent: &str) -> ExportPoliciesRequest {
    ExportPoliciesRequest {
        parent: parent.to_owned(),
        holders: true,
        ..Default::default()
    }
}

async fn import(levels: &Levels, by: &Who, parent: &str, text: &str) -> Result<Option<PolicyChange>, Status> {
    let declaration = ImportDeclaration {
        parent: parent.to_owned(),
        title: "导入".to_owned(),
        ..Default::default()
    };
    let imported = crate::imports::import(&levels.running, by, declaration, text).await?;
    Ok(imported.change)
}

async fn explain(levels: &Levels, by: &Who, permission: &str, principal: &str) -> ExplainResponse {
    let acting_as = if principal.is_empty() { "" } else { DISTRICT_COMMITTEE };
    let request = ExplainRequest {
        parent: DISTRICT.to_owned(),
        permission: permission.to_owned(),
        principal: principal.to_owned(),
        acting_as: acting_as.to_owned(),
    };
    let answer = levels.running.policy().explain(levels.running.call(by, request)).await;
    answer.unwrap().into_inner()
}

/// What each look-up answers in a place: nothing, or the reason of its refusal.
async fn each(levels: &Levels, by: &Who, parent: &str) -> Vec<(&'static str, String)> {
    let parent = parent.to_owned();
    let permission = "policy.change.propose".to_owned();
    let (running, mut policy, mut lookup) = (&levels.running, levels.running.policy(), levels.running.lookup());
    let mut answers = Vec::new();
    let mut note = |name, answer: Result<(), Status>| {
        answers.push((name, answer.err().map(|status| reason(&status)).unwrap_or_default()));
    };
    let request = CheckRequest {
        parent: parent.clone(),
        permission: permission.clone(),
    };
    note("Check", policy.check(running.call(by, request)).await.map(drop));
    let request = ExplainRequest {
        parent: parent.clone(),
        permission: permission.clone(),
        ..Default::default()
    };
    note("Explain", policy.explain(running.call(by, request)).await.map(drop));
    let request = ListGrantsRequest {
        parent: parent.clone(),
        ..Default::default()
    };
    note(
        "ListGrants",
        policy.list_grants(running.call(by, request)).await.map(drop),
    );
    let request = GetMatrixRequest { parent: parent.clone() };
    note(
        "GetMatrix",
        policy.get_matrix(running.call(by, request)).await.map(drop),
    );
    let request = WhoCanRequest {
        parent: parent.clone(),
        permission,
        ..Default::default()
    };
    note("WhoCan", lookup.who_can(running.call(by, request)).await.map(drop));
    let request = WhatCanRequest {
        parent: parent.clone(),
        ..Default::default()
    };
    note("WhatCan", lookup.what_can(running.call(by, request)).await.map(drop));
    let request = ExportMatrixRequest { parent: parent.clone() };
    note(
        "ExportMatrix",
        lookup.export_matrix(running.call(by, request)).await.map(drop),
    );
    note("ExportPolicies", export(levels, by, all_of(&parent)).await.map(drop));
    let rows = "p, RESIDENT_UNIT/*, 440399, meeting.vote, open, deny, , , \n";
    note("ImportPolicies", import(levels, by, &parent, rows).await.map(drop));
    let request = RunPolicyTestsRequest {
        parent,
        tests: TESTS.to_owned(),
        ..Default::default()
    };
    note(
        "RunPolicyTests",
        lookup.run_policy_tests(running.call(by, request)).await.map(drop),
    );
    answers
}

const TESTS: &str = "tests:
  - zh: 区委副书记提出变更
    en: The deputy proposes
    role: DISTRICT_PARTY_COMMITTEE/DEPUTY_SECRETARY
    permission: policy.change.propose
    expect: allow
  - zh: 区委工作人员不提出变更
    en: Staff does not
    role: DISTRICT_PARTY_COMMITTEE/STAFF
    permission: policy.change.propose
    expect: deny
";

#[tokio::test]
async fn a_level_looks_up_its_own_rules_and_others_do_not() {
    let levels = Levels::start().await;
    let answered = each(&levels, &leader(), DISTRICT).await;
    assert_eq!(answered.len(), 10);
    assert!(answered.iter().all(|(_, reason)| reason.is_empty()), "{answered:?}");
    for other in [secretary(), caretaker(), neighbour(), who(STRANGER, "self")] {
        let refused = each(&levels, &other, DISTRICT).await;
        assert!(
            refused.iter().all(|(_, reason)| reason == "PERMISSION_DENIED"),
            "{other:?}: {refused:?}"
        );
    }
    // those of the level without a leading post see and test, and take no rules out or in
    let limited: Vec<_> = each(&levels, &staff(), DISTRICT).await;
    let refused: Vec<_> = limited.iter().filter(|(_, reason)| !reason.is_empty()).collect();
    let denied = "PERMISSION_DENIED".to_owned();
    assert_eq!(
        refused,
        [&("ExportPolicies", denied.clone()), &("ImportPolicies", denied)]
    );
    // where there is no region nobody holds anything
    let nowhere = each(&levels, &leader(), "regions/4401").await;
    assert!(
        nowhere.iter().all(|(_, reason)| reason == "PERMISSION_DENIED"),
        "{nowhere:?}"
    );
}

#[tokio::test]
async fn a_communitys_own_division_is_looked_up_as_the_community() {
    let levels = Levels::start().await;
    let refused = each(&levels, &leader(), "regions/440309002021").await;
    assert!(
        refused.iter().all(|(_, reason)| reason == "DOMAIN_NOT_ADMINISTERED"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn in_a_region_its_own_people_are_found_with_what_they_may() {
    let levels = Levels::start().await;
    let request = WhoCanRequest {
        parent: DISTRICT.to_owned(),
        permission: "policy.change.propose".to_owned(),
        ..Default::default()
    };
    let found = levels
        .running
        .lookup()
        .who_can(levels.running.call(&staff(), request))
        .await;
    let found = found.unwrap().into_inner();
    let holders: Vec<_> = found.holders.iter().map(|holder| holder.principal.as_str()).collect();
    assert_eq!(holders, [DISTRICT_SECRETARY, DISTRICT_DEPUTY]);
    assert_eq!(found.holders[0].organization_display_name, "区委");
    assert!(found.roles.iter().any(|role| role.display_name_zh == "区委书记"));
    let request = WhatCanRequest {
        parent: DISTRICT.to_owned(),
        page_size: 1_000,
        ..Default::default()
    };
    let own = levels
        .running
        .lookup()
        .what_can(levels.running.call(&staff(), request))
        .await;
    let own = own.unwrap().into_inner();
    assert!(own.roles.contains(&"DISTRICT_PARTY_COMMITTEE/STAFF".to_owned()));
    let may = |name: &str| own.permissions.iter().any(|shown| shown.permission == name);
    assert!(may("policy.change.simulate") && !may("policy.change.propose"));
    assert_eq!(
        levels.verdict(&staff(), DISTRICT, "policy.change.get").await,
        Verdict::Allow
    );
}

#[tokio::test]
async fn explanations_in_a_region_name_its_own_committee() {
    let levels = Levels::start().await;
    let lacking = explain(&levels, &staff(), "policy.change.propose", "").await;
    assert_eq!(lacking.verdict(), Verdict::Deny);
    assert_eq!(lacking.roles_that_may_grant, ["DISTRICT_PARTY_COMMITTEE/SECRETARY"]);
    assert!(
        lacking.text_zh.starts_with("您代表区委不可以执行"),
        "{}",
        lacking.text_zh
    );
    assert!(
        lacking.text_zh.contains("可请区委书记依程序授予"),
        "{}",
        lacking.text_zh
    );
    assert!(
        lacking
            .text_en
            .contains("The secretary of the district Party committee may grant it"),
        "{}",
        lacking.text_en
    );
    let edits = vec![deny("DISTRICT_PARTY_COMMITTEE/*", "meeting.vote.open")];
    levels.change(&leader(), DISTRICT, edits).await;
    let forbidden = explain(&levels, &leader(), "meeting.vote.open", DISTRICT_DEPUTY).await;
    assert!(
        forbidden.text_zh.contains("可请区委书记依程序解除"),
        "{}",
        forbidden.text_zh
    );
    let allowed = explain(&levels, &leader(), "policy.change.propose", "").await;
    assert!(
        allowed.text_zh.contains("levels-administer-policies"),
        "{}",
        allowed.text_zh
    );
}

#[tokio::test]
async fn casbin_answers_to_a_regions_export_as_the_index_does() {
    let rows = "DISTRICT_PARTY_COMMITTEE/STAFF,440399,meeting.vote.open,allow,convener,,\n\
                */*,4403,meeting.body.create,deny,,,\n";
    let levels = Levels::start_with(rows).await;
    let request = GetSnapshotRequest {
        region: DISTRICT.to_owned(),
        ..Default::default()
    };
    let request = levels.running.call(&service("gateway"), request);
    let wire = levels
        .running
        .snapshots()
        .get_snapshot(request)
        .await
        .unwrap()
        .into_inner();
    let snapshot = Snapshot::compose(wire, Catalogue::shipped()).unwrap();
    let [model, policies] = export(&levels, &leader(), all_of(DISTRICT)).await.unwrap();
    assert!(policies.contains("p, DISTRICT_PARTY_COMMITTEE/SECRETARY, regions, policy.change, propose, allow, , , \n"));
    assert!(policies.contains(&format!(
        "g, {DISTRICT_STAFF} for {DISTRICT_COMMITTEE}, DISTRICT_PARTY_COMMITTEE/STAFF, 440399\n"
    )));
    let enforcer = casbin(&model, &policies).await;
    let now = Timestamp::from_seconds(DIRECTOR_FROM + 60);
    let (mut allowed, mut denied) = (0, 0);
    let everybody = [leader(), district_deputy(), staff(), neighbour(), secretary()];
    for permission in Catalogue::shipped().permissions().iter().step_by(5) {
        let (object, action) = permission.name.rsplit_once('.').unwrap();
        for somebody in &everybody {
            for facts in [&[][..], &[Condition::Caller, Condition::Convener][..]] {
                let words: Vec<_> = facts.iter().map(|fact| fact.as_str()).collect();
                let context = format!("at={};in=440399,4403,44,regions;facts={}", fixed(now), words.join(","));
                let subject = format!("{} for {}", somebody.principal, somebody.capacity);
                let casbin = enforcer.enforce((subject, "440399", object, action, context)).unwrap();
                let decision = snapshot.decide(&somebody.principal, &somebody.capacity, &permission.name, now);
                let index = decision.settle(&|condition| facts.contains(&condition));
                assert_eq!(casbin, index, "{somebody:?}: {} {facts:?}", permission.name);
                *(if index { &mut allowed } else { &mut denied }) += 1;
            }
        }
    }
    assert!(allowed > 20 && denied > 100, "{allowed} allowed, {denied} denied");
}

#[tokio::test]
async fn a_regions_rules_come_back_as_a_change_of_the_region() {
    let levels = Levels::start().await;
    levels
        .change(&leader(), DISTRICT, vec![allow("RESIDENT_UNIT/*", "meeting.vote.open")])
        .await;
    let own = ExportPoliciesRequest {
        own_only: true,
        ..all_of(DISTRICT)
    };
    let [_, exported] = export(&levels, &leader(), ExportPoliciesRequest { holders: false, ..own })
        .await
        .unwrap();
    assert_eq!(exported.lines().filter(|line| line.starts_with("p, ")).count(), 1);
    assert_eq!(
        import(&levels, &leader(), DISTRICT, &exported).await.unwrap(),
        None,
        "nothing new"
    );
    // rows of the template for regions are in force there already
    let more = format!(
        "{exported}p, DISTRICT_PARTY_COMMITTEE/SECRETARY, regions, policy.change, propose, allow, , , \n\
         p, PROPERTY_COMPANY/*, 440399, meeting.vote, open, deny, , , \n"
    );
    let proposed = import(&levels, &leader(), DISTRICT, &more).await.unwrap().unwrap();
    assert!(proposed.name.starts_with(DISTRICT) && proposed.edit_count == 1);
    let refused = import(&levels, &secretary(), COMMUNITY, &more).await.unwrap_err();
    assert_eq!(reason(&refused), "IMPORT_INVALID");
    assert!(told(&refused, "detail").contains("that is not in force"), "{refused:?}");
}

#[tokio::test]
async fn policy_tests_run_in_a_region_and_on_its_own_changes_alone() {
    let levels = Levels::start().await;
    let run = async |by: &Who, parent: &str, change: &str| {
        let request = RunPolicyTestsRequest {
            parent: parent.to_owned(),
            tests: TESTS.to_owned(),
            change: change.to_owned(),
        };
        let answer = levels
            .running
            .lookup()
            .run_policy_tests(levels.running.call(by, request))
            .await;
        answer.map(|answer| (answer.get_ref().passed, answer.get_ref().failed))
    };
    assert_eq!(run(&staff(), DISTRICT, "").await.unwrap(), (2, 0));
    assert_eq!(
        run(&secretary(), COMMUNITY, "").await.unwrap(),
        (1, 1),
        "in a community the deputy does not"
    );
    let edits = vec![allow("DISTRICT_PARTY_COMMITTEE/STAFF", "policy.change.propose")];
    let change = levels.propose(&leader(), DISTRICT, edits).await.unwrap().name;
    assert_eq!(run(&staff(), DISTRICT, &change).await.unwrap(), (1, 1));
    for (by, parent) in [(neighbour(), NEXT_DISTRICT), (secretary(), COMMUNITY)] {
        assert_eq!(
            reason(&run(&by, parent, &change).await.unwrap_err()),
            "RESOURCE_NOT_FOUND"
        );
    }
}
