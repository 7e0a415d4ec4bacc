use tonic::Code;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{Effect, PolicyChangeState as State, Verdict};

use super::*;
use crate::running::{reason, told};

const WANTED: &str = "meeting.body.create";

#[tokio::test]
async fn only_the_committee_administers() {
    let committee = Committee::start().await;
    let edits = || vec![allow("*/*", WANTED)];
    for nobody in [
        manager(),
        caretaker(),
        member(),
        who(SECRETARY, "self"),
        who(CLIENT, PROPERTY),
    ] {
        let refused = committee.propose(&nobody, edits()).await.unwrap_err();
        let expected = if nobody.principal.user().is_some() {
            "PERMISSION_DENIED"
        } else {
            "PERSONS_ONLY"
        };
        assert_eq!(reason(&refused), expected, "{nobody:?}");
    }
    let proposed = committee.propose(&deputy(), edits()).await.unwrap();
    for nobody in [manager(), who(MANAGER, COMMITTEE)] {
        for refused in [
            committee.approve(&nobody, &proposed.name).await.unwrap_err(),
            committee.activate(&nobody, &proposed.name).await.unwrap_err(),
            committee.reject(&nobody, &proposed.name, "no").await.unwrap_err(),
            committee.withdraw(&nobody, &proposed.name).await.unwrap_err(),
        ] {
            assert_eq!(reason(&refused), "PERMISSION_DENIED", "{nobody:?}");
        }
    }
    // a member approves, and does no more
    let refused = committee.activate(&member(), &proposed.name).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    let refused = committee.withdraw(&secretary(), &proposed.name).await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_THE_PROPOSER");
    assert_eq!(committee.get(&proposed.name).await.version_of_steps(), 1);
}

trait Steps {
    fn version_of_steps(&self) -> usize;
}

impl Steps for PolicyChange {
    fn version_of_steps(&self) -> usize {
        assert_eq!(self.etag, format!("v{}", self.steps.len()));
        self.steps.len()
    }
}

#[tokio::test]
async fn what_no_change_may_do_is_refused_at_the_proposal_and_nothing_is_kept() {
    let committee = Committee::start_with("RESIDENT_UNIT/*,4403,meeting.motion.submit,deny,,,\n").await;
    let elsewhere = Grant {
        domain: "4403".to_owned(),
        ..grant("*/*", WANTED, Effect::Allow)
    };
    let refusals = [
        (vec![], "NOTHING_TO_CHANGE"),
        (vec![edit(Edit::Add(elsewhere))], "RULE_OF_ANOTHER_DOMAIN"),
        (vec![allow("*/*", "meeting.body.creaet")], "INVALID_REQUEST"),
        (
            vec![edit(Edit::End("440309002021/1.1".to_owned()))],
            "RULE_NOT_IN_FORCE",
        ),
        (vec![edit(Edit::EndRole("ROLE/nobody".to_owned()))], "RULE_NOT_IN_FORCE"),
        (
            vec![deny("PARTY_COMMITTEE/*", "policy.change.approve")],
            "CORE_KEEPS_POLICY",
        ),
        (
            vec![allow("PROPERTY_COMPANY/*", "meeting.unit_ballot.cast")],
            "OWNERS_MATTER_RESERVED",
        ),
        (
            vec![allow("RESIDENT_UNIT/MANAGER", "meeting.motion.submit")],
            "DENIED_ABOVE",
        ),
        (
            // whoever hands out claim codes could sign in as any owner, and vote
            vec![allow("PROPERTY_COMPANY/MANAGER", "directory.owner.invite")],
            "DENIED_ABOVE",
        ),
        (
            vec![allow("RESIDENT_UNIT/CLIENT", "meeting.ballot.cast")],
            "RULE_FOR_PERSONS_ONLY",
        ),
        (vec![allow("OPERATOR", WANTED)], "RULE_NOT_GRANTABLE"),
        (vec![allow("ROLE/nobody", WANTED)], "MADE_ROLE_UNKNOWN"),
        (vec![allow("*/*", WANTED), allow("*/*", WANTED)], "RULE_REPEATED"),
        (vec![allow("*/*", WANTED); 1_001], "TOO_MANY_EDITS"),
    ];
    for (edits, expected) in refusals {
        let refused = committee.propose(&secretary(), edits).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{refused:?}");
    }
    let untitled = ProposeChangeRequest {
        title: " ".to_owned(),
        ..proposal(vec![allow("*/*", WANTED)])
    };
    let refused = committee.propose_as(&secretary(), untitled).await.unwrap_err();
    assert_eq!(told(&refused, "fields"), "title");
    assert!(
        committee.running.feed().after(1, 10).await.unwrap().is_empty(),
        "nothing was kept"
    );
}

#[tokio::test]
async fn a_change_against_an_old_revision_is_refused_with_what_moved() {
    let committee = Committee::start().await;
    let behind = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
    let approved = committee.propose(&deputy(), vec![deny("*/*", WANTED)]).await.unwrap();
    committee.approve(&secretary(), &approved.name).await.unwrap();
    committee.change(vec![allow("RESIDENT_UNIT/*", WANTED)]).await;
    let refused = committee.approve(&secretary(), &behind.name).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), told(&refused, "moved").as_str()),
        ("POLICY_MOVED", "440309002021@2")
    );
    assert_eq!(refused.code(), Code::Aborted);
    let refused = committee.activate(&secretary(), &approved.name).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), told(&refused, "base").as_str()),
        ("POLICY_MOVED", "1")
    );
    let shown = committee.get(&approved.name).await;
    assert_eq!(shown.state(), State::Conflicted);
    assert_eq!(
        (shown.moved[0].domain.as_str(), shown.moved[0].revision),
        ("440309002021", 2)
    );
    // it can still be closed in order
    assert_eq!(
        committee.withdraw(&deputy(), &behind.name).await.unwrap().state(),
        State::Withdrawn
    );
    for (base_revision, expected) in [
        (1, "POLICY_MOVED"),
        (3, "REVISION_NOT_YET"),
        (u64::MAX, "REVISION_NOT_YET"),
    ] {
        let request = ProposeChangeRequest {
            base_revision,
            ..proposal(vec![allow("*/*", WANTED)])
        };
        let refused = committee.propose_as(&secretary(), request).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
    let request = ProposeChangeRequest {
        base_revision: 2,
        ..proposal(vec![allow("*/*", WANTED)])
    };
    assert!(committee.propose_as(&secretary(), request).await.is_ok());
}

#[tokio::test]
async fn a_change_is_in_conflict_when_a_level_above_has_moved() {
    let folder = tempfile::tempdir().unwrap();
    let committee = Committee::start_in(folder.path()).await.unwrap();
    let one = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
    let other = committee.propose(&deputy(), vec![deny("*/*", WANTED)]).await.unwrap();
    committee.approve(&secretary(), &other.name).await.unwrap();
    // the city's rules come to a revision, and those of a district that is not above it
    let moved = "INSERT INTO revision (domain, sequence, digest, changed_at) VALUES ('4403', 9, x'00', 0), ('440309', 10, x'00', 0)";
    super::restarts::execute(folder.path(), moved).await;
    let refused = committee.approve(&secretary(), &one.name).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), told(&refused, "moved").as_str()),
        ("POLICY_MOVED", "4403@9")
    );
    let refused = committee.activate(&secretary(), &other.name).await.unwrap_err();
    assert_eq!(reason(&refused), "POLICY_MOVED");
    assert_eq!(committee.get(&one.name).await.state(), State::Conflicted);
    let anew = committee.propose(&deputy(), vec![allow("*/*", WANTED)]).await.unwrap();
    assert_eq!(anew.base_revision, 9);
}

#[tokio::test]
async fn a_term_that_passed_while_a_change_waited_stops_it() {
    let committee = Committee::start().await;
    let soon = Grant {
        end_time: Some(prost_types::Timestamp {
            seconds: DIRECTOR_FROM + 600,
            nanos: 0,
        }),
        ..grant("*/*", WANTED, Effect::Allow)
    };
    let proposed = committee
        .propose(&secretary(), vec![edit(Edit::Add(soon))])
        .await
        .unwrap();
    committee.approve(&secretary(), &proposed.name).await.unwrap();
    committee.running.set_clock(DIRECTOR_FROM + 600);
    let refused = committee.activate(&secretary(), &proposed.name).await.unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), told(&refused, "fields").as_str()),
        ("INVALID_REQUEST", "edits[0].add.end_time")
    );
    assert_eq!(committee.get(&proposed.name).await.state(), State::Approved);
    assert_eq!(committee.verdict(&manager(), WANTED).await, Verdict::Deny);
}

#[tokio::test]
async fn other_places_and_other_texts_are_refused() {
    let committee = Committee::start().await;
    for (parent, expected) in [
        ("regions/440309", "PERMISSION_DENIED"),
        ("communities/440309002099", "PERMISSION_DENIED"),
        ("communities/4403", "MALFORMED_NAME"),
        ("", "INVALID_REQUEST"),
    ] {
        let request = ProposeChangeRequest {
            parent: parent.to_owned(),
            ..proposal(vec![allow("*/*", WANTED)])
        };
        let refused = committee.propose_as(&secretary(), request).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{parent}");
    }
    let missing = format!("{COMMUNITY}/policyChanges/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f");
    let refused = committee.approve(&secretary(), &missing).await.unwrap_err();
    assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
    let refused = committee.approve(&manager(), &missing).await.unwrap_err();
    assert_eq!(reason(&refused), "PERMISSION_DENIED");
    let refused = committee
        .approve(&secretary(), &format!("{COMMUNITY}/policyChanges/7"))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "MALFORMED_NAME");
}
