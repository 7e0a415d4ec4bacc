use tonic::{Code, Status};
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, fields, reason};
use crate::room::{Room, check_in, check_out, quorum};

async fn record_check_in(by: &Party, meeting: &str, of: &Party) -> Result<Presence, Status> {
    let request = RecordCheckInRequest {
        name: meeting.to_owned(),
        member: of.name(),
        representative: of.principal.to_string(),
        note: "签到表第 3 行".to_owned(),
        ..Default::default()
    };
    Ok(by.presence().record_check_in(request).await?.into_inner())
}

async fn record_check_out(by: &Party, meeting: &str, member: &str) -> Result<Presence, Status> {
    let request = RecordCheckOutRequest {
        name: meeting.to_owned(),
        member: member.to_owned(),
        ..Default::default()
    };
    Ok(by.presence().record_check_out(request).await?.into_inner())
}

async fn records(by: &Party, meeting: &str) -> Result<Vec<Record>, Status> {
    let request = ListRecordsRequest {
        parent: meeting.to_owned(),
        ..Default::default()
    };
    Ok(by.records().list_records(request).await?.into_inner().records)
}

async fn contest(by: &Party, record: &str) -> Result<Record, Status> {
    let request = ContestRecordRequest {
        name: record.to_owned(),
        reason: "当天我不在场".to_owned(),
    };
    Ok(by.records().contest_record(request).await?.into_inner())
}

async fn answer(by: &Party, record: &str, upheld: bool) -> Result<Record, Status> {
    let request = AnswerContestRequest {
        name: record.to_owned(),
        upheld,
        reason: "签到表笔迹不符".to_owned(),
    };
    Ok(by.records().answer_contest(request).await?.into_inner())
}

#[tokio::test]
async fn the_clerk_checks_others_in_and_out_and_each_record_says_who_made_it() {
    let room = Room::noticed(3).await;
    room.open().await.unwrap();
    let clerk = &room.secretary;
    for unit in &room.units[..2] {
        let presence = record_check_in(clerk, &room.meeting, unit).await.unwrap();
        assert_eq!(presence.recorded_by, clerk.principal.to_string());
        assert_eq!(presence.representative, unit.principal.to_string());
    }
    assert!(
        quorum(clerk, &room.meeting).await.unwrap().met,
        "they count like all others"
    );
    let own = check_in(&room.units[2], &room.meeting).await.unwrap();
    assert_eq!(own.recorded_by, "");
    let again = record_check_in(clerk, &room.meeting, &room.units[0]).await.unwrap();
    record_check_out(clerk, &room.meeting, &room.units[1].name())
        .await
        .unwrap();
    assert_eq!(
        reason(record_check_out(clerk, &room.meeting, &room.units[1].name()).await),
        "NOT_CHECKED_IN"
    );
    check_out(&room.units[0], &room.meeting).await.unwrap();
    assert!(!quorum(clerk, &room.meeting).await.unwrap().met);

    let listed = records(&room.units[2], &room.meeting).await.unwrap();
    let acts: Vec<_> = listed
        .iter()
        .map(|record| (record.act(), record.member.clone()))
        .collect();
    let (first, second) = (room.units[0].name(), room.units[1].name());
    let expected = [
        (RecordedAct::CheckIn, first),
        (RecordedAct::CheckIn, second.clone()),
        (RecordedAct::CheckOut, second),
    ];
    assert_eq!(acts, expected, "who was there already is not recorded again");
    assert!(
        listed
            .iter()
            .all(|record| record.recorded_by == clerk.principal.to_string())
    );
    assert_eq!(
        (listed[0].note.as_str(), &listed[0].subject),
        ("签到表第 3 行", &room.meeting)
    );

    let intervals = ListPresenceRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let intervals = room.units[2].presence().list_presence(intervals).await.unwrap();
    let intervals = intervals.into_inner().presence;
    assert_eq!(intervals.len(), 3);
    assert_eq!(intervals[0].start_time, again.start_time);
    assert!(intervals[1].end_time.is_some() && intervals[2].end_time.is_none());
}

#[tokio::test]
async fn only_who_could_check_in_is_checked_in_by_the_clerk() {
    let room = Room::noticed(2).await;
    let [first, second] = &room.units[..] else { panic!() };
    assert_eq!(
        reason(record_check_in(&room.secretary, &room.meeting, first).await),
        "TOO_EARLY"
    );
    room.open().await.unwrap();
    let refused = record_check_in(second, &room.meeting, first).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Code::PermissionDenied,
        "members do not record"
    );
    let mut stranger = first.clone();
    stranger.principal = second.principal.clone();
    assert_eq!(
        reason(record_check_in(&room.secretary, &room.meeting, &stranger).await),
        "REPRESENTATIVE_NOT_APPOINTED"
    );
    assert_eq!(
        reason(record_check_in(&room.secretary, &room.meeting, &room.secretary).await),
        "NOT_ON_ROSTER"
    );
    let request = RecordCheckInRequest {
        name: room.meeting.clone(),
        member: first.name(),
        ..Default::default()
    };
    let refused = room.secretary.presence().record_check_in(request).await;
    assert_eq!(fields(&refused), ["representative"]);
    assert!(records(&room.secretary, &room.meeting).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_one_concerned_contests_a_record_and_the_convener_answers_once() {
    let room = Room::noticed(3).await;
    room.open().await.unwrap();
    for unit in &room.units {
        record_check_in(&room.secretary, &room.meeting, unit).await.unwrap();
    }
    let [first, second, _] = &records(&room.secretary, &room.meeting).await.unwrap()[..] else {
        panic!()
    };
    let refused = contest(&room.units[1], &first.name).await;
    assert_eq!(
        refused.unwrap_err().code(),
        Code::PermissionDenied,
        "not another member"
    );
    assert_eq!(
        reason(answer(&room.secretary, &first.name, true).await),
        "RECORD_NOT_CONTESTED"
    );
    let contested = contest(&room.units[0], &first.name).await.unwrap();
    assert_eq!(
        (contested.contest_state(), contested.contest_reason.as_str()),
        (ContestState::Open, "当天我不在场")
    );
    assert_eq!(reason(contest(&room.units[0], &first.name).await), "RECORD_CONTESTED");
    let refused = answer(&room.units[0], &first.name, true).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let upheld = answer(&room.secretary, &first.name, true).await.unwrap();
    assert_eq!(
        (upheld.contest_state(), upheld.answer.as_str()),
        (ContestState::Upheld, "签到表笔迹不符")
    );
    assert_eq!(
        reason(answer(&room.secretary, &first.name, false).await),
        "RECORD_NOT_CONTESTED"
    );
    room.close().await.unwrap();
    contest(&room.units[1], &second.name).await.unwrap();
    let rejected = answer(&room.secretary, &second.name, false).await.unwrap();
    assert_eq!(rejected.contest_state(), ContestState::Rejected);
    let get = GetRecordRequest {
        name: second.name.clone(),
    };
    let stored = room.units[2].records().get_record(get).await.unwrap().into_inner();
    assert_eq!(stored, rejected);
    let mute = ContestRecordRequest {
        name: second.name.clone(),
        reason: String::new(),
    };
    assert_eq!(fields(&room.units[1].records().contest_record(mute).await), ["reason"]);
}
