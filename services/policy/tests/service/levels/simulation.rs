use yihe_proto::policy::v1::{
    Condition, FlippedCell, Outcome, ReportUsageRequest, SimulateChangeRequest, SimulateChangeResponse, UsageCount,
};

use super::*;
use crate::changes::{allow, deny};
use crate::running::reason;

const WANTED: &str = "meeting.body.create";

async fn simulate(
    levels: &Levels,
    by: &Who,
    parent: &str,
    edits: Vec<PolicyEdit>,
) -> Result<SimulateChangeResponse, Status> {
    let request = SimulateChangeRequest {
        parent: parent.to_owned(),
        edits,
        ..Default::default()
    };
    let request = levels.running.call(by, request);
    Ok(levels.running.changes().simulate_change(request).await?.into_inner())
}

/// Once the directory has told of all places.
async fn simulated(levels: &Levels, edits: Vec<PolicyEdit>) -> SimulateChangeResponse {
    for _ in 0..200 {
        if let Ok(answer) = simulate(levels, &staff(), DISTRICT, edits.clone()).await {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    simulate(levels, &staff(), DISTRICT, edits).await.unwrap()
}

fn count(place: &str, role: &str, outcome: Outcome, count: i64) -> UsageCount {
    let (kind, _) = role.split_once('/').unwrap();
    UsageCount {
        place: place.to_owned(),
        day: i32::try_from((DIRECTOR_FROM + 60 + 8 * 3600) / 86_400).unwrap(),
        roles: vec!["*/*".to_owned(), format!("{kind}/*"), role.to_owned()],
        permission: WANTED.to_owned(),
        asked: vec![Condition::Convener.into()],
        held: vec![Condition::Convener.into()],
        outcome: outcome.into(),
        count,
    }
}

async fn report(levels: &Levels, counts: Vec<UsageCount>) {
    let report = ReportUsageRequest {
        report_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f".to_owned(),
        counts,
        lost: 0,
    };
    let request = levels.running.call(&service("gateway"), report);
    levels.running.usage().report_usage(request).await.unwrap();
}

fn cell<'a>(answer: &'a SimulateChangeResponse, role: &str) -> Vec<&'a FlippedCell> {
    answer.cells.iter().filter(|cell| cell.role == role).collect()
}

const DIRECTOR: &str = "RESIDENT_COMMITTEE/DIRECTOR";

#[tokio::test]
async fn what_was_asked_below_a_region_is_decided_again() {
    let levels = Levels::start().await;
    report(
        &levels,
        vec![
            count(COMMUNITY, DIRECTOR, Outcome::Allowed, 7),
            count(OTHER_COMMUNITY, DIRECTOR, Outcome::Allowed, 5),
            count(ELSEWHERE, DIRECTOR, Outcome::Allowed, 100),
            count(COMMUNITY, "RESIDENT_UNIT/MANAGER", Outcome::Denied, 3),
            count(DISTRICT, "DISTRICT_PARTY_COMMITTEE/SECRETARY", Outcome::Denied, 2),
        ],
    )
    .await;
    let answer = simulated(&levels, vec![deny("RESIDENT_COMMITTEE/*", WANTED)]).await;
    assert_eq!(
        (
            answer.communities_compared,
            answer.places_left_out,
            answer.uses_compared
        ),
        (2, 0, 17),
        "another district's community is not below"
    );
    let uses: Vec<_> = answer
        .uses
        .iter()
        .map(|used| (used.count, used.places, used.was_allowed))
        .collect();
    assert_eq!(uses, [(12, 2, true)]);
    assert_eq!(answer.uses[0].examples, [COMMUNITY, OTHER_COMMUNITY]);
    let cells = cell(&answer, DIRECTOR);
    assert_eq!(cells.len(), 1);
    assert!(cells[0].in_place && cells[0].communities == 2, "{:?}", cells[0]);
    assert_eq!(cells[0].examples[..2], [COMMUNITY, OTHER_COMMUNITY]);
    // the district itself asks too
    let edits = vec![allow("DISTRICT_PARTY_COMMITTEE/*", WANTED)];
    let answer = simulated(&levels, edits).await;
    let asked: Vec<_> = answer
        .uses
        .iter()
        .map(|used| (used.count, used.examples.clone()))
        .collect();
    assert_eq!(asked, [(2, vec![DISTRICT.to_owned()])]);
}

#[tokio::test]
async fn a_cell_flips_where_nothing_below_decides_it_already() {
    // one community forbids it to directors already, and to nobody else
    let rows = format!("{DIRECTOR},440309002022,{WANTED},deny,,,\n");
    let levels = Levels::start_with(&rows).await;
    report(
        &levels,
        vec![
            count(COMMUNITY, DIRECTOR, Outcome::Allowed, 7),
            count(OTHER_COMMUNITY, DIRECTOR, Outcome::Denied, 5),
        ],
    )
    .await;
    let answer = simulated(&levels, vec![deny("RESIDENT_COMMITTEE/*", WANTED)]).await;
    let cells = cell(&answer, DIRECTOR);
    assert_eq!((cells.len(), cells[0].communities), (1, 1));
    assert_eq!(
        cells[0]
            .examples
            .iter()
            .filter(|name| name.starts_with("communities/"))
            .count(),
        1
    );
    let deputies = cell(&answer, "RESIDENT_COMMITTEE/DEPUTY_DIRECTOR");
    assert_eq!((deputies.len(), deputies[0].communities), (1, 2));
    let uses: Vec<_> = answer
        .uses
        .iter()
        .map(|used| (used.count, used.examples.clone()))
        .collect();
    assert_eq!(uses, [(7, vec![COMMUNITY.to_owned()])]);
    // what opens in a region stays shut where a community forbids
    let answer = simulated(&levels, vec![allow(DIRECTOR, WANTED)]).await;
    assert!(cell(&answer, DIRECTOR).iter().all(|cell| cell.communities == 1));
    // a community's own change reaches nothing else
    let edits = vec![deny("RESIDENT_COMMITTEE/*", WANTED)];
    let answer = simulate(&levels, &secretary(), COMMUNITY, edits).await.unwrap();
    assert_eq!((answer.communities_compared, answer.regions_compared), (0, 0));
    assert!(!answer.cells.is_empty());
    for cell in &answer.cells {
        assert!(
            cell.in_place && cell.communities == 0 && cell.examples.is_empty(),
            "{cell:?}"
        );
    }
}

#[tokio::test]
async fn a_regions_change_is_simulated_by_its_own_people_alone() {
    let levels = Levels::start().await;
    let edits = || vec![deny("RESIDENT_COMMITTEE/*", WANTED)];
    simulated(&levels, edits()).await;
    for other in [neighbour(), secretary(), who(STRANGER, "self")] {
        let refused = simulate(&levels, &other, DISTRICT, edits()).await.unwrap_err();
        assert_eq!(reason(&refused), "PERMISSION_DENIED", "{other:?}");
    }
    let refused = simulate(&levels, &leader(), COMMUNITY, edits()).await.unwrap_err();
    assert_eq!(
        reason(&refused),
        "PERMISSION_DENIED",
        "a member of the community is none of its core"
    );
}
