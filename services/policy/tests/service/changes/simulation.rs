use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    CellVerdict, Condition, FlippedCell, Outcome, ReportUsageRequest, SimulateChangeRequest, SimulateChangeResponse,
    UsageCount, Verdict,
};

use super::*;
use crate::running::reason;

const WANTED: &str = "meeting.body.create";

async fn simulate(committee: &Committee, request: SimulateChangeRequest) -> Result<SimulateChangeResponse, Status> {
    let request = committee.running.call(&member(), request);
    Ok(committee.running.changes().simulate_change(request).await?.into_inner())
}

fn of_edits(edits: Vec<PolicyEdit>) -> SimulateChangeRequest {
    SimulateChangeRequest {
        parent: COMMUNITY.to_owned(),
        edits,
        ..Default::default()
    }
}

fn flip<'a>(cells: &'a [FlippedCell], role: &str, permission: &str) -> Option<(&'a CellVerdict, &'a CellVerdict)> {
    let cell = cells
        .iter()
        .find(|cell| cell.role == role && cell.permission == permission)?;
    cell.before.as_ref().zip(cell.after.as_ref())
}

#[tokio::test]
async fn every_cell_that_flips_is_shown_and_no_other() {
    let committee = Committee::start().await;
    let owned = Grant {
        condition: Condition::Owner.into(),
        ..grant("RESIDENT_UNIT/MANAGER", WANTED, Effect::Allow)
    };
    let edits = vec![
        edit(Edit::Add(owned)),
        allow("PARTY_BRANCH/*", WANTED),
        deny("RESIDENT_COMMITTEE/*", WANTED),
        // those hold it already
        allow("PARTY_COMMITTEE/SECRETARY", WANTED),
    ];
    let simulated = simulate(&committee, of_edits(edits.clone())).await.unwrap();
    let (before, after) = flip(&simulated.cells, "RESIDENT_UNIT/MANAGER", WANTED).unwrap();
    assert_eq!(
        (before.verdict(), after.verdict()),
        (Verdict::Deny, Verdict::Conditional)
    );
    assert_eq!(after.allow_if, [i32::from(Condition::Owner)]);
    let (before, after) = flip(&simulated.cells, "PARTY_BRANCH/SECRETARY", WANTED).unwrap();
    assert_eq!((before.verdict(), after.verdict()), (Verdict::Deny, Verdict::Allow));
    let (before, after) = flip(&simulated.cells, "RESIDENT_COMMITTEE/DIRECTOR", WANTED).unwrap();
    assert_eq!(
        (before.verdict(), after.verdict()),
        (Verdict::Conditional, Verdict::Deny)
    );
    assert!(flip(&simulated.cells, "PARTY_COMMITTEE/SECRETARY", WANTED).is_none());
    assert!(simulated.cells.iter().all(|cell| cell.permission == WANTED));
    assert!(simulated.cells.iter().all(|cell| {
        ["RESIDENT_UNIT/MANAGER", "PARTY_BRANCH/", "RESIDENT_COMMITTEE/"]
            .iter()
            .any(|prefix| cell.role.starts_with(prefix))
    }));
    assert_eq!(
        (simulated.sensitive, simulated.base_revision, simulated.more_cells),
        (false, 1, 0)
    );
    // the same of the change itself, and nothing afterwards
    let proposed = committee.propose(&secretary(), edits).await.unwrap();
    let of_change = SimulateChangeRequest {
        parent: COMMUNITY.to_owned(),
        change: proposed.name.clone(),
        ..Default::default()
    };
    assert_eq!(simulate(&committee, of_change).await.unwrap(), simulated);
    assert_eq!(
        committee.verdict(&manager(), WANTED).await,
        Verdict::Deny,
        "nothing is in force"
    );
    committee.approve(&secretary(), &proposed.name).await.unwrap();
    committee.activate(&secretary(), &proposed.name).await.unwrap();
    let end = vec![edit(Edit::End("440309002021/2.4".to_owned()))];
    assert!(simulate(&committee, of_edits(end)).await.unwrap().cells.is_empty());
}

#[tokio::test]
async fn a_term_that_begins_later_flips_later_and_back_at_its_end() {
    let committee = Committee::start().await;
    let instant = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let (start, end) = (DIRECTOR_FROM + 1_000, DIRECTOR_FROM + 2_000);
    let next_month = Grant {
        start_time: instant(start),
        end_time: instant(end),
        ..grant("RESIDENT_UNIT/MANAGER", WANTED, Effect::Allow)
    };
    let simulated = simulate(&committee, of_edits(vec![edit(Edit::Add(next_month))]))
        .await
        .unwrap();
    let cells: Vec<_> = simulated
        .cells
        .iter()
        .map(|cell| (cell.role.as_str(), cell.flip_time.unwrap().seconds))
        .collect();
    assert_eq!(cells, [("RESIDENT_UNIT/MANAGER", start)]);
}

#[tokio::test]
async fn only_what_might_be_proposed_is_simulated() {
    let committee = Committee::start().await;
    let both = SimulateChangeRequest {
        change: format!("{COMMUNITY}/policyChanges/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"),
        ..of_edits(vec![allow("*/*", WANTED)])
    };
    let missing = SimulateChangeRequest {
        edits: Vec::new(),
        ..both.clone()
    };
    for (request, expected) in [
        (both, "DRAFT_OR_CHANGE"),
        (missing, "RESOURCE_NOT_FOUND"),
        (of_edits(Vec::new()), "NOTHING_TO_CHANGE"),
        (
            of_edits(vec![deny("PARTY_COMMITTEE/*", "policy.change.list")]),
            "CORE_KEEPS_POLICY",
        ),
        (of_edits(vec![allow("*/*", WANTED); 1_001]), "TOO_MANY_EDITS"),
    ] {
        let refused = simulate(&committee, request).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
    let settings = edit(Edit::Settings(yihe_proto::policy::v1::PolicySettings::default()));
    assert!(simulate(&committee, of_edits(vec![settings])).await.unwrap().sensitive);
}

/// What the gateway counted today.
fn count(roles: &[&str], held: &[Condition], outcome: Outcome, count: i64) -> UsageCount {
    UsageCount {
        place: COMMUNITY.to_owned(),
        day: i32::try_from((DIRECTOR_FROM + 60 + 8 * 3600) / 86_400).unwrap(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        permission: WANTED.to_owned(),
        asked: vec![Condition::Convener.into()],
        held: held.iter().map(|condition| i32::from(*condition)).collect(),
        outcome: outcome.into(),
        count,
    }
}

#[tokio::test]
async fn what_was_really_asked_is_decided_again() {
    let committee = Committee::start().await;
    let director = ["*/*", "RESIDENT_COMMITTEE/*", "RESIDENT_COMMITTEE/DIRECTOR"];
    let station = ["*/*", "RESIDENT_UNIT/*", "RESIDENT_UNIT/MANAGER"];
    let report = ReportUsageRequest {
        report_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".to_owned(),
        counts: vec![
            count(&director, &[Condition::Convener], Outcome::Allowed, 7),
            count(&director, &[], Outcome::Denied, 2),
            count(&station, &[], Outcome::Denied, 40),
        ],
        lost: 0,
    };
    committee.report(report).await;
    let edits = vec![deny("RESIDENT_COMMITTEE/*", WANTED), allow("RESIDENT_UNIT/*", WANTED)];
    let simulated = simulate(&committee, of_edits(edits)).await.unwrap();
    let uses: Vec<_> = simulated
        .uses
        .iter()
        .map(|flipped| {
            (
                flipped.roles[2].as_str(),
                flipped.was_allowed,
                flipped.count,
                flipped.uncertain,
            )
        })
        .collect();
    let expected = [
        ("RESIDENT_UNIT/MANAGER", false, 40, false),
        ("RESIDENT_COMMITTEE/DIRECTOR", true, 7, false),
    ];
    assert_eq!((uses.as_slice(), simulated.uses_compared), (expected.as_slice(), 49));
    let owner = Grant {
        condition: Condition::Owner.into(),
        ..grant("RESIDENT_UNIT/MANAGER", WANTED, Effect::Allow)
    };
    let simulated = simulate(&committee, of_edits(vec![edit(Edit::Add(owner))]))
        .await
        .unwrap();
    assert_eq!(
        (simulated.uses.len(), simulated.uses[0].uncertain),
        (1, true),
        "nobody asked who owned it"
    );
    committee.running.set_clock(DIRECTOR_FROM + 60 + 30 * 86_400);
    let edits = vec![allow("RESIDENT_UNIT/*", WANTED)];
    let simulated = simulate(&committee, of_edits(edits)).await.unwrap();
    assert_eq!(
        (simulated.uses.len(), simulated.uses_compared),
        (0, 0),
        "a month later it is no longer counted"
    );
}
