use std::time::{Duration, Instant};

use tokio::time::timeout;
use tokio_stream::StreamExt;
use tonic::{Code, Streaming};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, fields};
use crate::room::{Room, cast, check_in};

async fn watch(by: &Party, meeting: &str, after_position: i64) -> Streaming<MeetingEvent> {
    let request = WatchMeetingRequest {
        name: meeting.to_owned(),
        after_position,
    };
    by.meetings().watch_meeting(request).await.unwrap().into_inner()
}

async fn next(stream: &mut Streaming<MeetingEvent>) -> MeetingEvent {
    timeout(Duration::from_secs(5), stream.next())
        .await
        .expect("an event in time")
        .expect("an event")
        .unwrap()
}

fn kind(event: &MeetingEvent) -> &str {
    event.r#type.strip_prefix("yihe.meeting.v1.").unwrap()
}

#[tokio::test]
async fn the_whole_history_is_told_from_any_position_to_the_end() {
    let (room, vote) = Room::voting(2).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    cast(&room.units[1], &vote.name, Choice::Yes).await.unwrap();
    let closed = room.close_vote(&vote.name).await.unwrap();
    room.close().await.unwrap();
    let events: Vec<_> = watch(&room.units[1], &room.meeting, 0)
        .await
        .map(Result::unwrap)
        .collect()
        .await;
    let kinds: Vec<_> = events.iter().map(kind).collect();
    let expected = [
        "MeetingCreated",
        "AgendaItemCreated",
        "NoticeServed",
        "SessionOpened",
        "CheckedIn",
        "CheckedIn",
        "QuorumReached",
        "MotionSubmitted",
        "VoteOpened",
        "BallotCast",
        "BallotCast",
        "ResolutionAdopted",
        "VoteClosed",
        "MeetingClosed",
    ];
    assert_eq!(kinds, expected);
    assert!(events.is_sorted_by(|a, b| a.position < b.position));
    assert_eq!(
        events[9].subject,
        format!("{}/ballots/{}", vote.name, room.units[0].organization.unwrap())
    );
    assert_eq!(events[9].acting_organization, room.units[0].name());
    assert_eq!(events[11].subject, closed.resolution);
    let rest: Vec<_> = watch(&room.units[1], &room.meeting, events[11].position)
        .await
        .collect()
        .await;
    assert_eq!(rest.len(), 2);
    let nothing: Vec<_> = watch(&room.units[1], &room.meeting, events[13].position)
        .await
        .collect()
        .await;
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn what_happens_is_told_at_once_and_the_stream_ends_with_the_meeting() {
    let room = Room::in_session(3).await;
    let mut stream = watch(&room.units[0], &room.meeting, 0).await;
    while kind(&next(&mut stream).await) != "CheckedIn" {}
    while let Ok(Some(event)) = timeout(Duration::from_millis(200), stream.next()).await {
        event.unwrap();
    }
    let motion = room.submit(&room.units[0]).await.unwrap();
    let committed = Instant::now();
    let event = next(&mut stream).await;
    assert_eq!(
        (kind(&event), event.subject.as_str()),
        ("MotionSubmitted", motion.name.as_str())
    );
    // generous, for busy machines: what matters is that nobody waits for a tick of seconds
    assert!(
        committed.elapsed() < Duration::from_secs(1),
        "{:?}",
        committed.elapsed()
    );
    room.close().await.unwrap();
    assert_eq!(kind(&next(&mut stream).await), "MeetingClosed");
    assert!(timeout(Duration::from_secs(5), stream.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_watcher_whose_post_ends_is_shown_out() {
    let room = Room::in_session(3).await;
    let mut stream = watch(&room.units[2], &room.meeting, 0).await;
    next(&mut stream).await;
    room.policy.dismiss(&room.units[2].principal.to_string());
    let refused = loop {
        match timeout(Duration::from_secs(5), stream.next())
            .await
            .expect("an answer in time")
            .expect("a status")
        {
            Ok(_) => {}
            Err(status) => break status,
        }
    };
    assert_eq!(refused.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn only_participants_watch() {
    let room = Room::noticed(1).await;
    let company = room.organization(OrganizationKind::PropertyCompany, "物业公司");
    let company = room.appoint(company, "PROPERTY_COMPANY/MANAGER");
    let request = WatchMeetingRequest {
        name: room.meeting.clone(),
        after_position: 0,
    };
    assert_eq!(
        company
            .meetings()
            .watch_meeting(request.clone())
            .await
            .unwrap_err()
            .code(),
        Code::PermissionDenied
    );
    let request = WatchMeetingRequest {
        after_position: -1,
        ..request
    };
    assert_eq!(
        fields(&room.units[0].meetings().watch_meeting(request).await),
        ["after_position"]
    );
}

#[tokio::test]
async fn an_idle_stream_shows_that_it_lives() {
    let room = Room::noticed(1).await;
    let mut stream = watch(&room.units[0], &room.meeting, 0).await;
    room.open().await.unwrap();
    check_in(&room.units[0], &room.meeting).await.unwrap();
    while kind(&next(&mut stream).await) != "QuorumReached" {}
    let alive = timeout(Duration::from_secs(12), stream.next())
        .await
        .expect("a keep-alive within 10 s")
        .unwrap()
        .unwrap();
    assert_eq!(alive, MeetingEvent::default());
}
