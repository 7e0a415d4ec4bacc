//! What is done for a project says so, and is told to whoever keeps projects.

use prost::Message;
use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, OTHER_COMMUNITY, Party, reason};

fn named(house: &House, collection: &str) -> String {
    format!("{COMMUNITY}/{collection}/{}", house.id())
}

/// What was told so far.
async fn entries(house: &House) -> Vec<ProjectEntryMade> {
    let events = house.started.feed.after(0, 1_000).await.unwrap();
    let of_projects = events
        .into_iter()
        .filter(|event| event.kind == "yihe.ledger.v1.ProjectEntryMade");
    of_projects
        .map(|event| ProjectEntryMade::decode(event.payload.as_slice()).unwrap())
        .collect()
}

fn service(house: &House, giver: &Party, receiver: &Party, project: &str, claim: &str) -> RecordServiceRequest {
    RecordServiceRequest {
        parent: COMMUNITY.to_owned(),
        service_record: Some(ServiceRecord {
            givers: vec![ServiceGiver {
                user: giver.principal.clone(),
                ..ServiceGiver::default()
            }],
            receiver: receiver.principal.clone(),
            minutes: 90,
            summary: "文明劝导".to_owned(),
            project: project.to_owned(),
            claim: claim.to_owned(),
            ..ServiceRecord::default()
        }),
        request_id: house.id(),
    }
}

#[tokio::test]
async fn a_service_fulfils_a_claim_and_serves_its_project() {
    let house = House::new().await;
    let (giver, receiver) = (house.resident(), house.resident());
    let (project, claim) = (named(&house, "projects"), named(&house, "claims"));
    let record = |project: &str, claim: &str| {
        let request = service(&house, &giver, &receiver, project, claim);
        let mut client = giver.services();
        async move { client.record_service(request).await.map(tonic::Response::into_inner) }
    };
    assert_eq!(reason(record(&project, "").await), "PROJECT_UNKNOWN");
    assert_eq!(reason(record("", &claim).await), "CLAIM_UNKNOWN");
    house.projects.open(&project);
    house.projects.claim(&claim, &project);
    let elsewhere = project.replace(COMMUNITY, OTHER_COMMUNITY);
    house.projects.open(&elsewhere);
    assert_eq!(reason(record(&elsewhere, "").await), "TWO_COMMUNITIES");
    let other = named(&house, "projects");
    house.projects.open(&other);
    assert_eq!(reason(record(&other, &claim).await), "PROJECT_UNKNOWN");
    let recorded = record("", &claim).await.unwrap();
    assert_eq!((&recorded.project, &recorded.claim), (&project, &claim));
    assert!(entries(&house).await.is_empty());
    // what was given is credited, whatever became of the project meanwhile
    house.projects.end(&project);
    let name = recorded.name;
    let confirm = receiver
        .services()
        .confirm_service(ConfirmServiceRequest { name })
        .await;
    let credit = confirm.unwrap().into_inner().batch;
    let told = entries(&house).await;
    let [entry] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (&entry.project, &entry.claim, &entry.transfer),
        (&project, &claim, &credit)
    );
    assert_eq!(
        (entry.kind(), entry.unit(), entry.amount),
        (TransferKind::Service, Unit::Minutes, 90)
    );
    // what puts it right is told as well
    let correct = CorrectTransferRequest {
        name: credit,
        memo: "记错了".to_owned(),
        request_id: house.id(),
        ..CorrectTransferRequest::default()
    };
    let corrected = house.secretary().transfers().correct_transfer(correct).await.unwrap();
    let corrected = corrected.into_inner();
    assert_eq!((&corrected.project, &corrected.claim), (&project, &claim));
    let told = entries(&house).await;
    assert_eq!(
        (told.len(), told[1].kind(), told[1].amount),
        (2, TransferKind::Correction, -90)
    );
}

#[tokio::test]
async fn a_hold_for_a_project_is_told_when_it_is_posted_and_for_as_much() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (payer, from) = house.holder(&secretary, Unit::Points, 200).await;
    let (taker, to) = house.holder(&secretary, Unit::Points, 0).await;
    let project = named(&house, "projects");
    let hold = |project: &str| {
        let request = CreateTransfersRequest {
            parent: COMMUNITY.to_owned(),
            transfers: vec![Transfer {
                debit_account: from.clone(),
                credit_account: to.clone(),
                unit: Unit::Points.into(),
                amount: 60,
                project: project.to_owned(),
                expire_time: Some(prost_types::Timestamp {
                    seconds: 1_772_500_000,
                    nanos: 0,
                }),
                ..Transfer::default()
            }],
            request_id: house.id(),
            validate_only: false,
        };
        let mut client = payer.transfers();
        async move { client.create_transfers(request).await.map(tonic::Response::into_inner) }
    };
    assert_eq!(reason(hold(&project).await), "PROJECT_UNKNOWN");
    house.projects.open(&project);
    let first = hold(&project).await.unwrap().transfers.remove(0);
    assert_eq!(first.project, project);
    let post = PostHoldRequest {
        name: first.name.clone(),
        amount: 45,
    };
    payer.transfers().post_hold(post).await.unwrap();
    let second = hold("").await.unwrap().transfers.remove(0);
    let void = VoidHoldRequest { name: second.name };
    taker.transfers().void_hold(void).await.unwrap();
    let told = entries(&house).await;
    assert_eq!((told.len(), &told[0].transfer, told[0].amount), (1, &first.name, 45));
}
