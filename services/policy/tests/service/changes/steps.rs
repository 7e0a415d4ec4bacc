use prost::Message;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ChangeActivated, ChangeApproved, Effect, GetSettingsRequest, GetSnapshotRequest, ListChangesRequest,
    PolicyChangeState as State, PolicySettings, PolicyStep as Step, ReplaceGrant, Verdict,
};

use super::*;
use crate::running::reason;

const WANTED: &str = "meeting.body.create";

#[tokio::test]
async fn a_change_is_in_force_when_it_was_proposed_approved_and_activated() {
    for committee in Committee::start_both().await {
        assert_eq!(committee.verdict(&manager(), WANTED).await, Verdict::Deny);
        let proposed = committee
            .propose(&deputy(), vec![allow("RESIDENT_UNIT/MANAGER", WANTED)])
            .await
            .unwrap();
        assert_eq!(
            (proposed.state(), proposed.sensitive, proposed.base_revision),
            (State::Proposed, false, 1)
        );
        assert_eq!(committee.verdict(&manager(), WANTED).await, Verdict::Deny);
        let approved = committee.approve(&secretary(), &proposed.name).await.unwrap();
        assert_eq!(approved.state(), State::Approved);
        assert_eq!(committee.verdict(&manager(), WANTED).await, Verdict::Deny);
        let active = committee.activate(&deputy(), &proposed.name).await.unwrap();
        assert_eq!((active.state(), active.revision), (State::Active, 2));
        assert!(!active.revision_token.is_empty());
        // who reads by this node's snapshots sees it with the answer
        let snapshot = committee
            .running
            .snapshots()
            .get_snapshot(committee.running.call(
                &service("gateway"),
                GetSnapshotRequest {
                    community: COMMUNITY.to_owned(),
                    ..Default::default()
                },
            ))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(snapshot.revision.unwrap().policy_sequence, 2);
        let own: Vec<_> = snapshot
            .grants
            .iter()
            .filter(|grant| grant.domain == "440309002021")
            .collect();
        assert_eq!(
            (own.len(), own[0].id.as_str(), &own[0].source),
            (1, "440309002021/2.1", &active.name)
        );
        let steps: Vec<_> = active
            .steps
            .iter()
            .map(|step| (step.step(), step.actor.as_str(), step.organization.as_str()))
            .collect();
        let expected = [
            (Step::Proposed, DEPUTY, COMMITTEE),
            (Step::Approved, SECRETARY, COMMITTEE),
            (Step::Activated, DEPUTY, COMMITTEE),
        ];
        assert_eq!(steps, expected);
        assert_eq!(committee.get(&active.name).await.edits, active.edits);
    }
}

#[tokio::test]
async fn a_rule_is_replaced_and_ended_by_its_id() {
    let committee = Committee::start().await;
    committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    let snapshots = || async { committee.verdict(&manager(), WANTED).await };
    wait_for(&committee, Verdict::Allow).await;
    let replace = edit(Edit::Replace(ReplaceGrant {
        id: "440309002021/2.1".to_owned(),
        grant: Some(yihe_proto::policy::v1::Grant {
            condition: yihe_proto::policy::v1::Condition::Owner.into(),
            ..grant("RESIDENT_UNIT/*", WANTED, Effect::Allow)
        }),
    }));
    committee.change(vec![replace]).await;
    wait_for(&committee, Verdict::Conditional).await;
    committee
        .change(vec![edit(Edit::End("440309002021/3.1".to_owned()))])
        .await;
    wait_for(&committee, Verdict::Deny).await;
    assert_eq!(snapshots().await, Verdict::Deny);
}

/// The service's own guard hears of a change through its watch.
async fn wait_for(committee: &Committee, wanted: Verdict) {
    for _ in 0..200 {
        if committee.verdict(&manager(), WANTED).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the verdict did not become {wanted:?}");
}

#[tokio::test]
async fn a_sensitive_change_takes_somebody_besides_its_proposer() {
    let committee = Committee::start().await;
    let proposed = committee
        .propose(
            &secretary(),
            vec![allow("RESIDENT_COMMITTEE/DIRECTOR", "policy.change.list")],
        )
        .await
        .unwrap();
    assert!(proposed.sensitive);
    let own = committee.approve(&secretary(), &proposed.name).await.unwrap_err();
    assert_eq!(reason(&own), "OWN_SENSITIVE_CHANGE");
    let early = committee.activate(&secretary(), &proposed.name).await.unwrap_err();
    assert_eq!(reason(&early), "CHANGE_STATE");
    let approved = committee.approve(&member(), &proposed.name).await.unwrap();
    assert_eq!(approved.state(), State::Approved);
    assert_eq!(
        committee.activate(&secretary(), &proposed.name).await.unwrap().state(),
        State::Active
    );
}

#[tokio::test]
async fn settings_say_how_many_approve() {
    let committee = Committee::start().await;
    let settings = PolicySettings {
        ordinary_approvals: 2,
        sensitive_approvals: 2,
    };
    committee.change(vec![edit(Edit::Settings(settings))]).await;
    let request = GetSettingsRequest {
        parent: COMMUNITY.to_owned(),
    };
    let request = committee.running.call(&member(), request);
    let got = committee
        .running
        .changes()
        .get_settings(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(got, settings);
    let proposed = committee
        .propose(&secretary(), vec![allow("*/*", WANTED)])
        .await
        .unwrap();
    assert_eq!(proposed.approvals_needed, 2);
    let one = committee.approve(&secretary(), &proposed.name).await.unwrap();
    assert_eq!(one.state(), State::Proposed);
    let again = committee.approve(&secretary(), &proposed.name).await.unwrap_err();
    assert_eq!(reason(&again), "ALREADY_APPROVED");
    assert_eq!(
        committee.approve(&member(), &proposed.name).await.unwrap().state(),
        State::Approved
    );
    // back to one each: sensitive, and so by the two that are needed now
    let back = PolicySettings::default();
    let proposed = committee
        .propose(&secretary(), vec![edit(Edit::Settings(back))])
        .await
        .unwrap();
    committee.approve(&member(), &proposed.name).await.unwrap();
    let carried = committee.approve(&second_member(), &proposed.name).await.unwrap();
    assert_eq!(carried.state(), State::Approved);
}

#[tokio::test]
async fn changes_are_listed_the_newest_first_without_their_edits() {
    let committee = Committee::start().await;
    let mut names = Vec::new();
    for permission in ["meeting.vote.get", "meeting.vote.list", "meeting.body.create"] {
        let proposed = committee
            .propose(&secretary(), vec![allow("*/*", permission)])
            .await
            .unwrap();
        names.insert(0, proposed.name);
    }
    let rejected = committee.reject(&secretary(), &names[1], "不需要").await.unwrap();
    assert_eq!(
        (rejected.state(), rejected.steps[1].comment.as_str()),
        (State::Rejected, "不需要")
    );
    let (mut listed, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListChangesRequest {
            parent: COMMUNITY.to_owned(),
            page_size: 2,
            page_token,
        };
        let request = committee.running.call(&member(), request);
        let page = committee
            .running
            .changes()
            .list_changes(request)
            .await
            .unwrap()
            .into_inner();
        listed.extend(page.changes);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(
        listed.iter().map(|change| &change.name).collect::<Vec<_>>(),
        names.iter().collect::<Vec<_>>()
    );
    assert!(
        listed
            .iter()
            .all(|change| change.edits.is_empty() && change.edit_count == 1)
    );
    assert_eq!(listed[1].state(), State::Rejected);
    assert_eq!(listed[1].steps.len(), 2);
}

#[tokio::test]
async fn a_retry_is_the_same_change_and_a_trial_is_none() {
    let committee = Committee::start().await;
    let request = ProposeChangeRequest {
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".to_owned(),
        ..proposal(vec![allow("*/*", WANTED)])
    };
    let trial = ProposeChangeRequest {
        validate_only: true,
        ..proposal(vec![allow("*/*", WANTED)])
    };
    let tried = committee.propose_as(&secretary(), trial).await.unwrap();
    assert_eq!(
        (tried.name.as_str(), tried.state(), tried.base_revision),
        ("", State::Proposed, 1)
    );
    assert!(committee.running.feed().after(1, 10).await.unwrap().is_empty());
    let first = committee.propose_as(&secretary(), request.clone()).await.unwrap();
    // whatever has come into force since
    committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    let again = committee.propose_as(&secretary(), request.clone()).await.unwrap();
    assert_eq!(again.name, first.name);
    let other = ProposeChangeRequest {
        title: "x".to_owned(),
        ..request
    };
    let reused = committee.propose_as(&secretary(), other).await.unwrap_err();
    assert_eq!(reason(&reused), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn every_step_is_an_event_that_names_nobody() {
    let committee = Committee::start().await;
    let rejected = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
    committee
        .reject(&secretary(), &rejected.name, "张三不同意")
        .await
        .unwrap();
    let withdrawn = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
    committee.withdraw(&deputy(), &withdrawn.name).await.unwrap();
    let active = committee.change(vec![allow("*/*", WANTED)]).await;
    let events = committee.running.feed().after(1, 100).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.kind.trim_start_matches("yihe.policy.v1."),
                event.subject.as_str(),
                event.actor.as_str(),
            )
        })
        .collect();
    let expected = [
        ("ChangeProposed", rejected.name.as_str(), DEPUTY),
        ("ChangeRejected", &rejected.name, SECRETARY),
        ("ChangeProposed", &withdrawn.name, DEPUTY),
        ("ChangeWithdrawn", &withdrawn.name, DEPUTY),
        ("ChangeProposed", &active.name, SECRETARY),
        ("ChangeApproved", &active.name, SECRETARY),
        ("ChangeActivated", &active.name, SECRETARY),
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|event| event.stream == COMMUNITY));
    let approved = ChangeApproved::decode(events[5].payload.as_slice()).unwrap();
    assert_eq!((approved.approvals, approved.complete), (1, true));
    let activated = ChangeActivated::decode(events[6].payload.as_slice()).unwrap();
    assert_eq!((activated.revision, activated.begun, activated.ended), (2, 1, 0));
    let said = "张三".as_bytes();
    let silent = events
        .iter()
        .all(|event| !event.payload.windows(said.len()).any(|window| window == said));
    assert!(silent, "what was said stays with the change");
}
