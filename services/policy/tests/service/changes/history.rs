use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    DiffRevisionsRequest, GetRevisionRequest, ListRevisionsRequest, ListRolesRequest, MadeRole,
    PolicyChangeState as State, PolicySettings, ProposeRollbackRequest, RoleAssignment, RuleSet, Verdict,
};

use super::*;
use crate::running::reason;

const WANTED: &str = "meeting.body.create";

fn revision(number: u64) -> String {
    format!("{COMMUNITY}/policyRevisions/{number}")
}

async fn roll_back(committee: &Committee, to: u64) -> Result<PolicyChange, Status> {
    let request = ProposeRollbackRequest {
        name: revision(to),
        title: "回退".to_owned(),
        ..Default::default()
    };
    let request = committee.running.call(&secretary(), request);
    Ok(committee
        .running
        .changes()
        .propose_rollback(request)
        .await?
        .into_inner())
}

async fn rules_of(committee: &Committee, number: u64) -> RuleSet {
    let request = committee
        .running
        .call(&member(), GetRevisionRequest { name: revision(number) });
    let got = committee
        .running
        .changes()
        .get_revision(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(got.number, number);
    got.rules.unwrap()
}

/// What the rules say, whatever their ids.
fn said(rules: &RuleSet) -> Vec<(String, String)> {
    let mut said: Vec<_> = rules
        .grants
        .iter()
        .map(|grant| (grant.role.clone(), grant.permission.clone()))
        .collect();
    said.sort();
    said
}

fn keeper() -> Vec<PolicyEdit> {
    vec![
        edit(Edit::AddRole(MadeRole {
            role: "ROLE/hall-keeper".to_owned(),
            display_name_zh: "场地管理员".to_owned(),
            display_name_en: "hall keeper".to_owned(),
        })),
        allow("ROLE/hall-keeper", WANTED),
        edit(Edit::Assign(RoleAssignment {
            principal: STRANGER.to_owned(),
            capacity: "self".to_owned(),
            role: "ROLE/hall-keeper".to_owned(),
            ..Default::default()
        })),
    ]
}

async fn wait_for(committee: &Committee, by: &Who, wanted: Verdict) {
    for _ in 0..200 {
        if committee.verdict_or_denied(by, WANTED).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the verdict did not become {wanted:?}");
}

impl Committee {
    /// Whoever may not even ask is denied.
    async fn verdict_or_denied(&self, by: &Who, permission: &str) -> Verdict {
        let request = CheckRequest {
            parent: COMMUNITY.to_owned(),
            permission: permission.to_owned(),
        };
        let answer = self.running.policy().check(self.running.call(by, request)).await;
        answer.map_or(Verdict::Deny, |answer| answer.into_inner().verdict())
    }
}

#[tokio::test]
async fn a_roll_back_is_a_change_that_restores_what_was() {
    for committee in Committee::start_both().await {
        committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
        let second = committee
            .change(vec![
                edit(Edit::End("440309002021/2.1".to_owned())),
                allow("PARTY_BRANCH/*", WANTED),
                edit(Edit::Settings(PolicySettings {
                    ordinary_approvals: 2,
                    sensitive_approvals: 1,
                })),
            ])
            .await;
        assert_eq!(second.revision, 3);
        let proposed = roll_back(&committee, 2).await.unwrap();
        assert_eq!(
            (proposed.state(), proposed.restores, proposed.edit_count),
            (State::Proposed, Some(2), 3)
        );
        assert!(proposed.sensitive, "the settings go back too");
        committee.approve(&member(), &proposed.name).await.unwrap();
        let active = committee.activate(&secretary(), &proposed.name).await.unwrap();
        assert_eq!(active.revision, 4);
        let (second, fourth) = (rules_of(&committee, 2).await, rules_of(&committee, 4).await);
        assert_eq!(said(&second), said(&fourth));
        assert_eq!(
            fourth.grants[0].id, "440309002021/4.3",
            "a rule that begins anew has its own id"
        );
        wait_for(&committee, &manager(), Verdict::Allow).await;
        // to before anything was made
        let proposed = roll_back(&committee, 0).await.unwrap();
        let approver = if proposed.sensitive { member() } else { secretary() };
        committee.approve(&approver, &proposed.name).await.unwrap();
        committee.activate(&secretary(), &proposed.name).await.unwrap();
        wait_for(&committee, &manager(), Verdict::Deny).await;
        assert!(rules_of(&committee, 5).await.grants.is_empty());
        assert_eq!(
            reason(&roll_back(&committee, 5).await.unwrap_err()),
            "NOTHING_TO_CHANGE"
        );
        assert_eq!(
            reason(&roll_back(&committee, 9).await.unwrap_err()),
            "RESOURCE_NOT_FOUND"
        );
    }
}

#[tokio::test]
async fn what_has_lapsed_meanwhile_stays_ended() {
    let committee = Committee::start().await;
    let soon = Grant {
        end_time: Some(prost_types::Timestamp {
            seconds: DIRECTOR_FROM + 600,
            nanos: 0,
        }),
        ..grant("*/*", WANTED, Effect::Allow)
    };
    committee
        .change(vec![
            edit(Edit::Add(soon)),
            allow("RESIDENT_UNIT/*", "meeting.vote.list"),
        ])
        .await;
    let ends = ["440309002021/2.1", "440309002021/2.2"].map(|id| edit(Edit::End(id.to_owned())));
    committee.change(ends.to_vec()).await;
    committee.running.set_clock(DIRECTOR_FROM + 601);
    let proposed = roll_back(&committee, 2).await.unwrap();
    assert_eq!(proposed.edit_count, 1);
}

#[tokio::test]
async fn revisions_are_listed_and_compared() {
    let committee = Committee::start().await;
    let first = committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    committee.change(vec![deny("PARTY_BRANCH/*", WANTED)]).await;
    committee
        .change(vec![edit(Edit::End("440309002021/2.1".to_owned()))])
        .await;
    let request = ListRevisionsRequest {
        parent: COMMUNITY.to_owned(),
        page_size: 2,
        ..Default::default()
    };
    let page = committee
        .running
        .changes()
        .list_revisions(committee.running.call(&member(), request.clone()))
        .await
        .unwrap()
        .into_inner();
    let numbers = |page: &yihe_proto::policy::v1::ListRevisionsResponse| {
        page.revisions
            .iter()
            .map(|revision| (revision.number, revision.begun, revision.ended))
            .collect::<Vec<_>>()
    };
    assert_eq!((numbers(&page), page.base_revision), (vec![(4, 0, 1), (3, 1, 0)], 4));
    let request = ListRevisionsRequest {
        page_token: page.next_page_token,
        ..request
    };
    let page = committee
        .running
        .changes()
        .list_revisions(committee.running.call(&member(), request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((numbers(&page), page.next_page_token.as_str()), (vec![(2, 1, 0)], ""));
    assert_eq!(page.revisions[0].change, first.name);
    let diff = |from, to| {
        let request = DiffRevisionsRequest {
            parent: COMMUNITY.to_owned(),
            from,
            to,
        };
        let request = committee.running.call(&member(), request);
        let mut changes = committee.running.changes();
        async move { changes.diff_revisions(request).await.map(tonic::Response::into_inner) }
    };
    let all = diff(0, 0).await.unwrap();
    assert_eq!(
        said(&all.begun.unwrap()),
        [("PARTY_BRANCH/*".to_owned(), WANTED.to_owned())]
    );
    assert!(all.ended.unwrap().grants.is_empty());
    let last = diff(2, 4).await.unwrap();
    assert_eq!(last.begun.unwrap().grants.len(), 1);
    assert_eq!(
        said(&last.ended.unwrap()),
        [("RESIDENT_UNIT/*".to_owned(), WANTED.to_owned())]
    );
    assert_eq!(reason(&diff(1, 4).await.unwrap_err()), "REVISION_NOT_FOUND");
    let refused = diff(2, 99).await.unwrap_err();
    assert_eq!(reason(&refused), "REVISION_NOT_FOUND");
}

#[tokio::test]
async fn a_made_role_is_held_by_assignment() {
    let committee = Committee::start().await;
    let stranger = who(STRANGER, "self");
    assert_eq!(committee.verdict_or_denied(&stranger, WANTED).await, Verdict::Deny);
    // it may ask what it may, so that the test can
    let mut edits = keeper();
    edits.push(allow("ROLE/hall-keeper", "policy.decision.check"));
    committee.change(edits).await;
    wait_for(&committee, &stranger, Verdict::Allow).await;
    let request = ListRolesRequest {
        parent: COMMUNITY.to_owned(),
    };
    let request = committee.running.call(&member(), request);
    let listed = committee
        .running
        .changes()
        .list_roles(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.roles[0].display_name_zh, "场地管理员");
    assert_eq!(
        (
            listed.assignments[0].id.as_str(),
            listed.assignments[0].principal.as_str()
        ),
        ("440309002021/2.3", STRANGER)
    );
    let refused = committee
        .propose(&secretary(), vec![edit(Edit::EndRole("ROLE/hall-keeper".to_owned()))])
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "MADE_ROLE_IN_USE");
    committee
        .change(vec![edit(Edit::EndAssignment("440309002021/2.3".to_owned()))])
        .await;
    wait_for(&committee, &stranger, Verdict::Deny).await;
}
