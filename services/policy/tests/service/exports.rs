use casbin::function_map::OperatorFunction;
use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, StringAdapter};
use tonic::Code;
use yihe_authz::{Catalogue, Condition, Snapshot};
use yihe_kernel::Timestamp;
use yihe_proto::policy::v1::{
    ExportMatrixRequest, ExportPoliciesRequest, ExportPoliciesResponse, GetMatrixRequest, GetSnapshotRequest,
    MatrixCell, Verdict,
};

use crate::people::*;
use crate::running::{Running, reason, told};

const ROWS: &str = "PROPERTY_COMPANY/*,440309002021,meeting.motion.submit,deny,owner,,\n\
    RESIDENT_UNIT/*,440309002021,meeting.motion.*,allow,owner,2026-01-01T00:00:00Z,2027-01-01T00:00:00Z\n\
    */*,440399,meeting.agenda_item.create,deny,,2026-09-21T00:00:00Z,\n\
    OWNERS_COMMITTEE/DIRECTOR,4403,*,allow,convener,,2026-09-22T00:00:00.5Z\n\
    COMPOUND/OWNER,440309002021,meeting.vote.get,deny,,2020-01-01T00:00:00Z,2021-01-01T00:00:00Z\n\
    */*,440309,meeting.vote.get,deny,,,\n";

pub async fn export(running: &Running, own_only: bool, holders: bool, ids: bool) -> (ExportPoliciesResponse, String) {
    let request = ExportPoliciesRequest {
        parent: COMMUNITY.to_owned(),
        own_only,
        holders,
        ids,
    };
    let answer = running
        .lookup()
        .export_policies(running.call(&secretary(), request))
        .await;
    let mut stream = answer.unwrap().into_inner();
    let head = stream.message().await.unwrap().unwrap();
    let mut text = head.policies.clone();
    while let Some(piece) = stream.message().await.unwrap() {
        assert!(piece.model.is_empty() && piece.policies.len() <= 256 << 10);
        text.push_str(&piece.policies);
    }
    (head, text)
}

fn part<'a>(context: &'a str, name: &str) -> &'a str {
    context
        .split(';')
        .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        .unwrap_or_default()
}

fn text(value: Dynamic) -> String {
    value.into_string().unwrap_or_default()
}

fn covers(domain: Dynamic, context: Dynamic) -> Dynamic {
    let (domain, context) = (text(domain), text(context));
    (domain == "*" || (!domain.is_empty() && part(&context, "in").split(',').any(|place| place == domain))).into()
}

fn in_force(effective: Dynamic, expire: Dynamic, context: Dynamic) -> Dynamic {
    let (effective, expire, context) = (text(effective), text(expire), text(context));
    let now = part(&context, "at");
    (*effective <= *now && (expire.is_empty() || *now < *expire)).into()
}

fn holds(when: Dynamic, context: Dynamic) -> Dynamic {
    let (when, context) = (text(when), text(context));
    (when.is_empty() || part(&context, "facts").split(',').any(|fact| fact == when)).into()
}

pub async fn casbin(model: &str, policies: &str) -> Enforcer {
    let model = DefaultModel::from_str(model).await.unwrap();
    let mut enforcer = Enforcer::new(model, StringAdapter::new(policies)).await.unwrap();
    enforcer.add_function("covers", OperatorFunction::Arg2(covers));
    enforcer.add_function("in_force", OperatorFunction::Arg3(in_force));
    enforcer.add_function("holds", OperatorFunction::Arg2(holds));
    enforcer
}

/// UTC with six digits behind the point.
pub fn fixed(instant: Timestamp) -> String {
    let text = instant.to_string();
    let (seconds, fraction) = text
        .trim_end_matches('Z')
        .split_once('.')
        .unwrap_or((text.trim_end_matches('Z'), ""));
    format!("{seconds}.{fraction:0<6}Z")
}

#[tokio::test]
async fn casbin_answers_to_the_export_as_the_index_does() {
    let running = Running::start_with(ROWS).await;
    let request = GetSnapshotRequest {
        community: COMMUNITY.to_owned(),
        ..GetSnapshotRequest::default()
    };
    let wire = running
        .snapshots()
        .get_snapshot(running.call(&service("gateway"), request))
        .await
        .unwrap()
        .into_inner();
    let snapshot = Snapshot::compose(wire, Catalogue::shipped()).unwrap();
    let (mut allowed, mut denied) = (0, 0);
    for seconds in [DIRECTOR_FROM - 1, DIRECTOR_FROM + 60, DIRECTOR_UNTIL] {
        running.set_clock(seconds);
        let (head, policies) = export(&running, false, true, false).await;
        let now = Timestamp::from_proto(&head.decision_time.unwrap()).unwrap();
        assert!((seconds..seconds + 60).contains(&(now.micros() / 1_000_000)));
        let enforcer = casbin(&head.model, &policies).await;
        let somebody = [
            (SECRETARY, COMMITTEE),
            (MANAGER, STATION),
            (MANAGER, "self"),
            (MANAGER, PROPERTY),
            (CARETAKER, PROPERTY),
            (OWNER, "self"),
            (OWNER, OWNERS),
            (STRANGER, "self"),
            (CLIENT, PROPERTY),
            ("operators/local", "self"),
        ];
        for permission in Catalogue::shipped().permissions().iter().step_by(13) {
            let (object, action) = permission.name.rsplit_once('.').unwrap();
            for (principal, capacity) in somebody {
                for facts in [
                    &[][..],
                    &[Condition::Owner][..],
                    &[Condition::Convener, Condition::Participant][..],
                ] {
                    let words: Vec<_> = facts.iter().map(|fact| fact.as_str()).collect();
                    let context = format!(
                        "at={};in=440309002021,440399,4403,44;facts={}",
                        fixed(now),
                        words.join(",")
                    );
                    let subject = format!("{principal} for {capacity}");
                    let casbin = enforcer
                        .enforce((subject, "440309002021", object, action, context))
                        .unwrap();
                    let decision = snapshot.decide(
                        &principal.parse().unwrap(),
                        &capacity.parse().unwrap(),
                        &permission.name,
                        now,
                    );
                    let index = decision.settle(&|condition| facts.contains(&condition));
                    assert_eq!(
                        casbin, index,
                        "{principal} for {capacity}: {} {facts:?} at {seconds}",
                        permission.name
                    );
                    *(if index { &mut allowed } else { &mut denied }) += 1;
                }
            }
        }
    }
    assert!(allowed > 100 && denied > 100, "{allowed} allowed, {denied} denied");
}

#[tokio::test]
async fn an_export_holds_what_bears_on_the_community_with_ids_and_terms() {
    let running = Running::start_with(ROWS).await;
    let (_, all) = export(&running, false, false, true).await;
    assert!(all.contains("# template/meeting.motion.submit/*/*/participant of template\n"));
    assert!(all.contains("p, */*, 440399, meeting.agenda_item, create, deny, , 2026-09-21T00:00:00.000000Z, \n"));
    assert!(!all.contains(", 440309,"), "it lies elsewhere in the recorded tree");
    assert!(!all.contains("\ng, "));
    let (_, own) = export(&running, true, false, false).await;
    let rows: Vec<_> = own.lines().filter(|line| line.starts_with("p, ")).collect();
    assert_eq!(
        rows,
        [
            "p, COMPOUND/OWNER, 440309002021, meeting.vote, get, deny, , 2020-01-01T00:00:00.000000Z, 2021-01-01T00:00:00.000000Z",
            "p, PROPERTY_COMPANY/*, 440309002021, meeting.motion, submit, deny, owner, , ",
            "p, RESIDENT_UNIT/*, 440309002021, meeting.motion, *, allow, owner, 2026-01-01T00:00:00.000000Z, 2027-01-01T00:00:00.000000Z",
        ]
    );
    let (_, with_holders) = export(&running, true, true, false).await;
    assert!(with_holders.contains(&format!(
        "g, {SECRETARY} for {COMMITTEE}, PARTY_COMMITTEE/SECRETARY, 440309002021\n"
    )));
}

#[tokio::test]
async fn rules_are_exported_to_the_core_alone() {
    let running = Running::start().await;
    for who in [caretaker(), who(OWNER, OWNERS)] {
        let request = ExportPoliciesRequest {
            parent: COMMUNITY.to_owned(),
            own_only: true,
            ..ExportPoliciesRequest::default()
        };
        let refused = running
            .lookup()
            .export_policies(running.call(&who, request))
            .await
            .map(drop)
            .unwrap_err();
        assert_eq!(
            (
                refused.code(),
                reason(&refused).as_str(),
                told(&refused, "permission").as_str()
            ),
            (Code::PermissionDenied, "PERMISSION_DENIED", "policy.grant.export")
        );
    }
}

#[tokio::test]
async fn the_table_says_what_the_matrix_says() {
    let running = Running::start_with(ROWS).await;
    let request = ExportMatrixRequest {
        parent: COMMUNITY.to_owned(),
    };
    let file = running
        .lookup()
        .export_matrix(running.call(&caretaker(), request))
        .await
        .unwrap()
        .into_inner();
    let request = GetMatrixRequest {
        parent: COMMUNITY.to_owned(),
    };
    let matrix = running
        .policy()
        .get_matrix(running.call(&caretaker(), request))
        .await
        .unwrap()
        .into_inner();
    let table = file.csv.strip_prefix('\u{feff}').unwrap();
    let records: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let (chinese, english) = (&records[0], &records[1]);
    assert_eq!(chinese[..3], ["角色", "名称", "英文名称"]);
    assert_eq!(english[..3], ["role", "name in Chinese", "name in English"]);
    assert_eq!(english.len(), 3 + Catalogue::shipped().permissions().len());
    assert!(chinese.contains(&"权责矩阵"));
    assert_eq!(records.len(), 2 + matrix.rows.len());
    let mut filled = 0;
    for (record, row) in records[2..].iter().zip(&matrix.rows) {
        assert_eq!((record[0], record.len()), (row.role.as_str(), english.len()));
        for (cell, permission) in record[3..].iter().zip(&english[3..]) {
            let shown = row.cells.iter().find(|shown| shown.permission == *permission);
            match shown.map(MatrixCell::verdict) {
                None => assert_eq!(*cell, ""),
                Some(Verdict::Allow) => assert_eq!(*cell, "allow"),
                Some(_) => assert!(!cell.is_empty() && *cell != "allow", "{cell}"),
            }
            filled += usize::from(shown.is_some());
        }
    }
    assert!(filled > 1_000);
}
