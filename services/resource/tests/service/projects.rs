//! A project and what moved for it: from the resolution it comes from to what the ledger tells.

use std::time::Duration;

use prost::Message;
use tonic::Status;
use yihe_proto::ledger::v1::{ProjectEntryMade, TransferKind, Unit};
use yihe_proto::resource::v1::*;

use crate::harness::{ELSEWHERE, Feeds, House, PARENT, Party, reason, told};
use crate::teller::Teller;

const RESOLUTION: &str = "communities/440309002021/resolutions/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

async fn create(party: &Party, resolution: &str) -> Result<Project, Status> {
    let request = CreateProjectRequest {
        parent: PARENT.to_owned(),
        project: Some(Project {
            title: "小小文明劝导员".to_owned(),
            resolution: resolution.to_owned(),
            ..Project::default()
        }),
        request_id: String::new(),
    };
    told(party.projects().create_project(request)).await
}

async fn whole(party: &Party, project: &Project) -> ProjectView {
    let name = project.name.clone();
    told(party.projects().get_project(GetProjectRequest { name }))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_project_comes_from_a_resolution_there_is() {
    let house = House::new().await;
    let station = house.unit("车站");
    assert_eq!(reason(create(&station, RESOLUTION).await), "RESOLUTION_UNKNOWN");
    let elsewhere = RESOLUTION.replace(PARENT, ELSEWHERE);
    house.meeting.adopt(&elsewhere);
    assert_eq!(reason(create(&station, &elsewhere).await), "TWO_COMMUNITIES");
    house.meeting.adopt(RESOLUTION);
    let project = create(&station, RESOLUTION).await.unwrap();
    assert_eq!(project.resolution, RESOLUTION);
    create(&station, "").await.unwrap();
    let request = ListProjectsRequest {
        parent: PARENT.to_owned(),
        resolution: RESOLUTION.to_owned(),
        ..ListProjectsRequest::default()
    };
    let of_resolution = told(station.projects().list_projects(request)).await.unwrap().projects;
    assert_eq!(of_resolution, [project]);
}

fn of_ledger(teller: &Teller) -> Feeds {
    Feeds {
        ledger: teller.feed(),
        ..Feeds::default()
    }
}

/// Tells of `made`, as often as `times` says: each time as an event of its own.
async fn tell(teller: &Teller, house: &House, made: &ProjectEntryMade, times: usize) {
    for _ in 0..times {
        let kind = "yihe.ledger.v1.ProjectEntryMade";
        teller.tell(house, kind, &made.transfer, made.encode_to_vec()).await;
    }
}

fn entry(house: &House, project: &Project, kind: TransferKind, unit: Unit, amount: i64) -> ProjectEntryMade {
    ProjectEntryMade {
        project: project.name.clone(),
        claim: String::new(),
        transfer: format!("{PARENT}/transfers/{}", house.ids.next::<uuid::Uuid>()),
        kind: kind.into(),
        unit: unit.into(),
        amount,
    }
}

async fn expect_entries(party: &Party, project: &Project, count: usize) -> ProjectView {
    for _ in 0..200 {
        let view = whole(party, project).await;
        if view.entries.len() >= count {
            return view;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{count} entries never came: {:?}", whole(party, project).await.entries);
}

#[tokio::test]
async fn what_the_ledger_tells_of_a_project_is_there_once_however_often_it_is_told() {
    let house = House::new().await;
    let teller = Teller::new(&house).await;
    let house = house.again(of_ledger(&teller)).await;
    let (station, stranger) = (house.unit("车站"), house.unit("公司"));
    let (project, other) = (create(&station, "").await.unwrap(), create(&station, "").await.unwrap());
    let hours = ProjectEntryMade {
        claim: format!("{PARENT}/claims/{}", house.ids.next::<uuid::Uuid>()),
        ..entry(&house, &project, TransferKind::Service, Unit::Minutes, 90)
    };
    tell(&teller, &house, &hours, 3).await;
    let lamps = entry(&house, &project, TransferKind::Expense, Unit::Fen, 1_234_567);
    tell(&teller, &house, &lamps, 1).await;
    expect_entries(&station, &project, 2).await;

    // what is told while nobody listens is heard after the restart, and what was heard is not heard again
    let house = house.again(Feeds::default()).await;
    let wrong = entry(&house, &project, TransferKind::Correction, Unit::Minutes, -30);
    tell(&teller, &house, &wrong, 2).await;
    let house = house.again(of_ledger(&teller)).await;
    let (station, stranger) = (house.meet_again(&station), house.meet_again(&stranger));
    let view = expect_entries(&station, &project, 3).await;
    let amounts: Vec<i64> = view.entries.iter().map(|entry| entry.amount).collect();
    assert_eq!(amounts, [90, 1_234_567, -30]);
    let of_hours = &view.entries[0];
    assert_eq!(
        (of_hours.kind(), of_hours.unit(), &of_hours.transfer, &of_hours.claim),
        (TransferKind::Service, Unit::Minutes, &hours.transfer, &hours.claim)
    );
    let totals: Vec<_> = view.totals.iter().map(|total| (total.unit(), total.amount)).collect();
    assert_eq!(totals, [(Unit::Fen, 1_234_567), (Unit::Minutes, 60)]);
    assert!(whole(&stranger, &other).await.entries.is_empty());
}
