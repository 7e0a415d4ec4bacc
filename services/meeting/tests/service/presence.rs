use yihe_proto::meeting::v1::*;

use crate::harness::reason;
use crate::room::{Room, cast, check_in, check_out, quorum};

#[tokio::test]
async fn the_first_acknowledgement_stands() {
    let room = Room::noticed(2).await;
    let acknowledge = AcknowledgeNoticeRequest {
        name: room.meeting.clone(),
    };
    let client = room.client(room.units[0].organization.unwrap(), "RESIDENT_UNIT/CLIENT");
    let first = client
        .meetings()
        .acknowledge_notice(acknowledge.clone())
        .await
        .unwrap()
        .into_inner();
    room.clock.advance_seconds(60);
    let again = room.units[0]
        .meetings()
        .acknowledge_notice(acknowledge.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(first.acknowledge_time.is_some());
    assert_eq!(first, again);
    // the committee convenes, but is no member of this body
    assert_eq!(
        reason(room.secretary.meetings().acknowledge_notice(acknowledge).await),
        "NOT_ON_ROSTER"
    );
}

#[tokio::test]
async fn one_person_represents_one_organization_and_one_organization_has_one_representative() {
    let room = Room::noticed(3).await;
    room.open().await.unwrap();
    let [first, second, _] = &room.units[..] else { panic!() };
    let both = room.appoint_also(
        first.user(),
        second.organization.unwrap(),
        "RESIDENT_UNIT/REPRESENTATIVE",
    );
    let colleague = room.appoint(first.organization.unwrap(), "RESIDENT_UNIT/STAFF");
    let presence = check_in(first, &room.meeting).await.unwrap();
    assert_eq!(
        check_in(first, &room.meeting).await.unwrap(),
        presence,
        "checking in again changes nothing"
    );
    assert_eq!(reason(check_in(&both, &room.meeting).await), "REPRESENTS_ANOTHER");
    assert_eq!(reason(check_in(&colleague, &room.meeting).await), "ALREADY_REPRESENTED");
    assert_eq!(reason(check_out(&colleague, &room.meeting).await), "NOT_CHECKED_IN");
    assert!(check_out(first, &room.meeting).await.unwrap().end_time.is_some());
    assert_eq!(reason(check_out(first, &room.meeting).await), "NOT_CHECKED_IN");
    check_in(&colleague, &room.meeting).await.unwrap();
    assert_eq!(
        reason(check_in(&both, &room.meeting).await),
        "REPRESENTS_ANOTHER",
        "not even after leaving"
    );
    check_in(second, &room.meeting).await.unwrap();
    let now = quorum(first, &room.meeting).await.unwrap();
    assert_eq!((now.present, now.met), (2, true));
}

#[tokio::test]
async fn clients_neither_check_in_nor_vote_nor_move() {
    let (room, vote) = Room::voting(2).await;
    let client = room.client(room.units[1].organization.unwrap(), "RESIDENT_UNIT/CLIENT");
    assert_eq!(reason(check_in(&client, &room.meeting).await), "PERSONS_ONLY");
    assert_eq!(reason(cast(&client, &vote.name, Choice::Yes).await), "PERSONS_ONLY");
    assert_eq!(reason(room.submit(&client).await), "PERSONS_ONLY");
}
