use std::fmt::Write;
use std::time::{Duration, Instant};

use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{ImportDeclaration, ImportPoliciesRequest, PolicyChangeState, PolicyImport, Verdict};

use crate::changes::{Committee, deny, deputy, edit};
use crate::exports::export;
use crate::people::*;
use crate::running::{Running, reason, told};

const OWN: &str = "p, PROPERTY_COMPANY/*, 440309002021, meeting.motion, submit, deny, owner, , ";

fn declaration() -> ImportDeclaration {
    ImportDeclaration {
        parent: COMMUNITY.to_owned(),
        title: "导入规则".to_owned(),
        ..Default::default()
    }
}

pub async fn import(
    running: &Running,
    by: &Who,
    declaration: ImportDeclaration,
    text: &str,
) -> Result<PolicyImport, Status> {
    let first = ImportPoliciesRequest {
        declaration: Some(declaration),
        ..Default::default()
    };
    let pieces: Vec<_> = text
        .as_bytes()
        .chunks(100_003)
        .map(|chunk| ImportPoliciesRequest {
            chunk: chunk.to_vec(),
            ..Default::default()
        })
        .collect();
    let (metadata, extensions, first) = running.call(by, first).into_parts();
    let messages = futures::stream::iter([first].into_iter().chain(pieces));
    let request = Request::from_parts(metadata, extensions, messages);
    Ok(running.lookup().import_policies(request).await?.into_inner())
}

#[tokio::test]
async fn a_file_becomes_one_proposed_change() {
    let committee = Committee::start().await;
    let running = &committee.running;
    let text = format!(
        "# rules of ours\n{OWN}\np, */*, 440309002021, meeting.agenda_item, create, deny, , , 2027-01-01T00:00:00Z\n"
    );
    let imported = import(running, &deputy(), declaration(), &text).await.unwrap();
    assert_eq!((imported.added, imported.ended, imported.unchanged), (2, 0, 0));
    let change = imported.change.unwrap();
    assert_eq!((change.state(), change.edit_count), (PolicyChangeState::Proposed, 2));
    assert_eq!(change.proposer, deputy().principal.to_string());
    // nothing is in force before it is approved
    let manager = caretaker();
    assert_eq!(
        committee.verdict(&manager, "meeting.agenda_item.create").await,
        Verdict::Conditional
    );
    committee.approve(&secretary(), &change.name).await.unwrap();
    committee.activate(&secretary(), &change.name).await.unwrap();
    assert_eq!(
        committee.verdict(&manager, "meeting.agenda_item.create").await,
        Verdict::Deny
    );
}

#[tokio::test]
async fn what_is_exported_comes_back_byte_for_byte() {
    let committee = Committee::start_with("*/*,440399,meeting.motion.submit,deny,caller,,\n").await;
    let running = &committee.running;
    let term = Edit::Add(yihe_proto::policy::v1::Grant {
        role: "RESIDENT_UNIT/*".to_owned(),
        permission: "meeting.motion.*".to_owned(),
        effect: 2,
        condition: 1,
        start_time: Some(prost_types::Timestamp {
            seconds: 1_800_000_000,
            nanos: 1_000,
        }),
        end_time: Some(prost_types::Timestamp {
            seconds: 1_900_000_000,
            nanos: 0,
        }),
        ..Default::default()
    });
    let change = committee
        .change(vec![deny("*/*", "meeting.vote.get"), edit(term)])
        .await;
    let (_, own) = export(running, true, false, false).await;
    let (_, with_ids) = export(running, true, false, true).await;
    assert!(with_ids.contains(&change.name), "{with_ids}");
    // the file says what is in force: nothing changes, ids included
    let (_, all) = export(running, false, false, true).await;
    for text in [&own, &with_ids, &all] {
        let declaration = ImportDeclaration {
            end_others: true,
            ..declaration()
        };
        let imported = import(running, &secretary(), declaration, text).await.unwrap();
        assert_eq!((imported.added, imported.ended, imported.change), (0, 0, None));
        assert!(imported.unchanged >= 2);
    }
    assert_eq!(export(running, true, false, true).await.1, with_ids);
    // and on a node where none of it is in force it makes the same rules
    let other = Committee::start().await;
    let imported = import(&other.running, &secretary(), declaration(), &own).await.unwrap();
    let name = imported.change.unwrap().name;
    other.approve(&secretary(), &name).await.unwrap();
    other.activate(&secretary(), &name).await.unwrap();
    assert_eq!(export(&other.running, true, false, false).await.1, own);
}

#[tokio::test]
async fn rules_that_the_file_leaves_out_end_where_that_is_asked() {
    let committee = Committee::start().await;
    let running = &committee.running;
    committee.change(vec![deny("*/*", "meeting.vote.get")]).await;
    let kept = import(running, &secretary(), declaration(), OWN).await.unwrap();
    assert_eq!((kept.added, kept.ended), (1, 0));
    let checked = ImportDeclaration {
        end_others: true,
        validate_only: true,
        ..declaration()
    };
    let replaced = import(running, &secretary(), checked, OWN).await.unwrap();
    assert_eq!((replaced.added, replaced.ended), (1, 1));
    assert_eq!(replaced.change.unwrap().name, "", "only checked");
}

#[tokio::test]
async fn bad_rows_are_refused_by_line_and_nothing_is_proposed() {
    let committee = Committee::start().await;
    let running = &committee.running;
    let text = format!(
        "{OWN}\np, */*, 440309002021, meeting.vote, opne, deny, , , \n\np, BOSS, 440309002021, meeting.vote, open, deny, , , \n"
    );
    let refused = import(running, &secretary(), declaration(), &text).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::InvalidArgument, "IMPORT_INVALID")
    );
    assert_eq!(
        (told(&refused, "line").as_str(), told(&refused, "count").as_str()),
        ("2", "2")
    );
    assert!(told(&refused, "detail").contains("meeting.vote.open"));
    let details = refused.get_error_details();
    let lines: Vec<_> = details
        .bad_request()
        .unwrap()
        .field_violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(lines, ["line 2", "line 4"]);
    for (text, line, expected) in [
        (
            "p, */*, 440399, meeting.vote, open, deny, , , \n",
            "1",
            "only rules of 440309002021",
        ),
        ("p, */*, *, *, *, deny, , , \n", "1", "only rules of 440309002021"),
    ] {
        let refused = import(running, &secretary(), declaration(), text).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), told(&refused, "line").as_str()),
            ("IMPORT_INVALID", line)
        );
        assert!(told(&refused, "detail").contains(expected), "{refused}");
    }
    let request = yihe_proto::policy::v1::ListChangesRequest {
        parent: COMMUNITY.to_owned(),
        ..Default::default()
    };
    let listed = running
        .changes()
        .list_changes(running.call(&secretary(), request))
        .await
        .unwrap();
    assert!(listed.into_inner().changes.is_empty());
}

#[tokio::test]
async fn one_bad_line_of_ten_megabytes_is_named() {
    let committee = Committee::start().await;
    let mut text = String::with_capacity(11 << 20);
    let mut lines = 0;
    while text.len() < 10 << 20 {
        // rows that differ by their terms
        let start = format!("{}-01-01T00:00:00.{:06}Z", 2000 + lines / 1_000_000, lines % 1_000_000);
        writeln!(
            text,
            "p, PROPERTY_COMPANY/*, 440309002021, meeting.motion, submit, deny, owner, {start}, "
        )
        .unwrap();
        lines += 1;
    }
    writeln!(
        text,
        "p, PROPERTY_COMPANY/*, 440309002021, meeting.motion, sumbit, deny, owner, , "
    )
    .unwrap();
    let begun = Instant::now();
    let refused = import(&committee.running, &secretary(), declaration(), &text)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "IMPORT_INVALID", "{refused}");
    assert_eq!(told(&refused, "line"), (lines + 1).to_string());
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_million_rules_are_refused_clearly() {
    let committee = Committee::start().await;
    let row = "p, */*, 440309002021, meeting.motion, submit, deny, , , \n";
    let refused = import(&committee.running, &secretary(), declaration(), &row.repeat(1_000_000))
        .await
        .unwrap_err();
    assert_eq!(
        (reason(&refused).as_str(), told(&refused, "limit")),
        ("IMPORT_TOO_LARGE", (16 << 20).to_string())
    );
    // what fits into a file need not fit into a change
    let mut text = String::new();
    for number in 0..1_001 {
        writeln!(
            text,
            "p, */*, 440309002021, meeting.motion, submit, deny, , 2026-01-01T00:00:00.{number:06}Z, "
        )
        .unwrap();
    }
    let refused = import(&committee.running, &secretary(), declaration(), &text)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "TOO_MANY_EDITS", "{refused}");
}

#[tokio::test]
async fn only_those_who_propose_changes_import() {
    let committee = Committee::start().await;
    let manager = who(MANAGER, COMMITTEE);
    for by in [manager, caretaker()] {
        let refused = import(&committee.running, &by, declaration(), OWN).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), told(&refused, "permission").as_str()),
            ("PERMISSION_DENIED", "policy.grant.import")
        );
    }
    let refused = import(&committee.running, &who(CLIENT, PROPERTY), declaration(), OWN)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "PERSONS_ONLY");
    let nowhere = ImportDeclaration::default();
    let refused = import(&committee.running, &secretary(), nowhere, OWN)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}
