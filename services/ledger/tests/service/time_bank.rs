use tonic::Status;
use yihe_proto::ledger::v1::*;

use crate::harness::{COMMUNITY, House, Party, possible, reason};

fn record(
    house: &House,
    givers: &[(&Party, i64)],
    receiver: &Party,
    organizer: &str,
    minutes: i64,
) -> RecordServiceRequest {
    RecordServiceRequest {
        parent: COMMUNITY.to_owned(),
        service_record: Some(ServiceRecord {
            givers: givers
                .iter()
                .map(|(giver, weight)| ServiceGiver {
                    user: giver.principal.clone(),
                    weight: *weight,
                    ..ServiceGiver::default()
                })
                .collect(),
            receiver: receiver.owner(),
            organizer: organizer.to_owned(),
            minutes,
            summary: "guided travellers at the station".to_owned(),
            ..ServiceRecord::default()
        }),
        request_id: house.id(),
    }
}

async fn recorded(by: &Party, request: RecordServiceRequest) -> Result<ServiceRecord, Status> {
    Ok(by.services().record_service(request).await?.into_inner())
}

async fn confirm(by: &Party, name: &str) -> Result<ServiceRecord, Status> {
    let request = ConfirmServiceRequest { name: name.to_owned() };
    Ok(by.services().confirm_service(request).await?.into_inner())
}

async fn own(party: &Party, unit: Unit) -> Option<Account> {
    let request = ListAccountsRequest {
        parent: COMMUNITY.to_owned(),
        unit: unit.into(),
        ..ListAccountsRequest::default()
    };
    let answer = party.accounts().list_accounts(request).await.unwrap().into_inner();
    answer.accounts.into_iter().next()
}

#[tokio::test]
async fn a_service_is_credited_when_who_received_it_confirms() {
    let house = House::new().await;
    let (pupil, station) = (house.resident(), house.unit("RESIDENT_UNIT/STAFF"));
    let record = recorded(&pupil, record(&house, &[(&pupil, 0)], &station, "", 90))
        .await
        .unwrap();
    assert_eq!((record.state(), record.givers[0].minutes), (ServiceState::Recorded, 90));
    assert!(own(&pupil, Unit::Minutes).await.is_none());
    assert_eq!(reason(confirm(&pupil, &record.name).await), "PERMISSION_DENIED");
    let stranger = house.unit("RESIDENT_UNIT/STAFF");
    assert_eq!(reason(confirm(&stranger, &record.name).await), "PERMISSION_DENIED");
    let confirmed = confirm(&station, &record.name).await.unwrap();
    assert_eq!(
        (confirmed.state(), confirmed.decider),
        (ServiceState::Confirmed, station.principal.clone())
    );
    let account = own(&pupil, Unit::Minutes).await.unwrap();
    assert_eq!((account.balance, account.most_balance), (90, Some(90_000)));
    assert_eq!(pupil.postings(&account.name).await[0].kind(), TransferKind::Service);
    assert_eq!(reason(confirm(&station, &record.name).await), "SERVICE_DECIDED");
    assert_eq!(pupil.balance(&account.name).await, 90);
    let get = GetServiceRecordRequest { name: record.name };
    assert_eq!(
        reason(stranger.services().get_service_record(get).await),
        "PERMISSION_DENIED"
    );
}

#[tokio::test]
async fn the_service_of_a_group_is_shared_out_to_the_minute() {
    let house = House::new().await;
    let school = house.unit("RESIDENT_UNIT/STAFF");
    let station = house.unit("RESIDENT_UNIT/STAFF");
    let pupils = [house.resident(), house.resident(), house.resident()];
    let givers: Vec<_> = pupils.iter().map(|pupil| (pupil, 1)).collect();
    // the organization that organized it records it for the pupils
    let request = record(&house, &givers, &station, &school.owner(), 100);
    let made = recorded(&school, request.clone()).await.unwrap();
    assert_eq!(recorded(&school, request).await.unwrap(), made);
    let shares: Vec<_> = made.givers.iter().map(|giver| giver.minutes).collect();
    assert_eq!(shares, [34, 33, 33]);
    confirm(&school, &made.name).await.unwrap();
    let mut all = 0;
    for pupil in &pupils {
        all += own(pupil, Unit::Minutes).await.unwrap().balance;
    }
    assert_eq!(all, 100);
    let list = ListServiceRecordsRequest {
        parent: COMMUNITY.to_owned(),
        ..ListServiceRecordsRequest::default()
    };
    for (party, seen) in [(&pupils[1], 1), (&school, 1), (&station, 1), (&house.resident(), 0)] {
        let listed = party
            .services()
            .list_service_records(list.clone())
            .await
            .unwrap()
            .into_inner();
        assert_eq!(listed.service_records.len(), seen);
    }
}

#[tokio::test]
async fn nobody_confirms_its_own_service_and_a_rejected_one_credits_nothing() {
    let house = House::new().await;
    let school = house.unit("RESIDENT_UNIT/STAFF");
    let station = house.unit("RESIDENT_UNIT/STAFF");
    // the teacher who gave it acts for the organizer
    let made = recorded(&school, record(&house, &[(&school, 1)], &station, &school.owner(), 60))
        .await
        .unwrap();
    assert_eq!(reason(confirm(&school, &made.name).await), "OWN_SERVICE");
    let reject = |note: &str| RejectServiceRequest {
        name: made.name.clone(),
        note: note.to_owned(),
    };
    assert_eq!(
        reason(station.services().reject_service(reject("")).await),
        "INVALID_REQUEST"
    );
    let rejected = station
        .services()
        .reject_service(reject("nobody came"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (rejected.state(), rejected.note.as_str()),
        (ServiceState::Rejected, "nobody came")
    );
    assert_eq!(reason(confirm(&station, &made.name).await), "SERVICE_DECIDED");
}

#[tokio::test]
async fn credits_stop_at_the_cap_and_say_how_much_could_come() {
    let house = House::new().await;
    let secretary = house.secretary();
    let (pupil, account) = house.holder(&secretary, Unit::Minutes, 89_990).await;
    let station = house.unit("RESIDENT_UNIT/STAFF");
    let made = recorded(&pupil, record(&house, &[(&pupil, 1)], &station, "", 11))
        .await
        .unwrap();
    let refused = possible(confirm(&station, &made.name).await);
    assert_eq!(refused, ("BALANCE_TOO_HIGH".to_owned(), "10".to_owned()));
    assert_eq!(pupil.balance(&account).await, 89_990);
    let still = GetServiceRecordRequest { name: made.name };
    let still = pupil.services().get_service_record(still).await.unwrap().into_inner();
    assert_eq!(still.state(), ServiceState::Recorded);
}

#[tokio::test]
async fn bad_services_are_refused_with_every_bad_field() {
    let house = House::new().await;
    let (pupil, station) = (house.resident(), house.unit("RESIDENT_UNIT/STAFF"));
    for minutes in [0, -1, 1_000_001] {
        let request = record(&house, &[(&pupil, 1)], &station, "", minutes);
        assert_eq!(reason(recorded(&pupil, request).await), "INVALID_REQUEST");
    }
    let twice = record(&house, &[(&pupil, 1), (&pupil, 1)], &station, "", 1);
    assert_eq!(reason(recorded(&pupil, twice).await), "INVALID_REQUEST");
    let itself = record(&house, &[(&pupil, 1)], &pupil, "", 1);
    assert_eq!(reason(recorded(&pupil, itself).await), "INVALID_REQUEST");
    let others = record(&house, &[(&house.resident(), 1)], &station, "", 1);
    assert_eq!(reason(recorded(&pupil, others).await), "PERMISSION_DENIED");
    house.directory.leave(&station.owner());
    let gone = record(&house, &[(&pupil, 1)], &station, "", 1);
    assert_eq!(reason(recorded(&pupil, gone).await), "ORGANIZATION_NOT_A_MEMBER");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_service_is_credited_once_however_many_confirm() {
    let house = House::new().await;
    let (pupil, station) = (house.resident(), house.unit("RESIDENT_UNIT/STAFF"));
    let made = recorded(&pupil, record(&house, &[(&pupil, 1)], &station, "", 30))
        .await
        .unwrap();
    let calls = (0..16).map(|_| {
        let (station, name) = (station.clone(), made.name.clone());
        async move { confirm(&station, &name).await }
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(own(&pupil, Unit::Minutes).await.unwrap().balance, 30);
}
