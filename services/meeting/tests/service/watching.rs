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

/// The events of one message, oldest first.
fn apart(mut message: MeetingEvent) -> Vec<MeetingEvent> {
    let mut events = std::mem::take(&mut message.earlier);
    events.push(message);
    events
}

/// All events until the stream ends.
async fn all(stream: Streaming<MeetingEvent>) -> Vec<MeetingEvent> {
    let messages: Vec<_> = stream.map(Result::unwrap).collect().await;
    messages.into_iter().flat_map(apart).collect()
}

async fn message(stream: &mut Streaming<MeetingEvent>) -> MeetingEvent {
    timeout(Duration::from_secs(9), stream.next())
        .await
        .expect("a message in time")
        .expect("a message")
        .unwrap()
}

/// Reads until an event of a kind.
async fn until(stream: &mut Streaming<MeetingEvent>, wanted: &str) -> MeetingEvent {
    loop {
        let events = apart(message(stream).await);
        if let Some(event) = events.into_iter().find(|event| kind(event) == wanted) {
            return event;
        }
    }
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
    let events = all(watch(&room.units[1], &room.meeting, 0).await).await;
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
    let rest = all(watch(&room.units[1], &room.meeting, events[11].position).await).await;
    assert_eq!(rest, events[12..]);
    let nothing = all(watch(&room.units[1], &room.meeting, events[13].position).await).await;
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn what_happens_is_told_at_once_and_the_stream_ends_with_the_meeting() {
    let room = Room::in_session(3).await;
    let mut stream = watch(&room.units[0], &room.meeting, 0).await;
    until(&mut stream, "CheckedIn").await;
    while let Ok(Some(event)) = timeout(Duration::from_millis(200), stream.next()).await {
        event.unwrap();
    }
    let motion = room.submit(&room.units[0]).await.unwrap();
    let committed = Instant::now();
    let event = until(&mut stream, "MotionSubmitted").await;
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
    until(&mut stream, "MeetingClosed").await;
    assert!(timeout(Duration::from_secs(5), stream.next()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_is_told_together_to_everybody_in_order_and_nothing_is_lost() {
    let (room, vote) = Room::voting(24).await;
    let mut streams = Vec::new();
    for unit in &room.units {
        let mut stream = watch(unit, &room.meeting, 0).await;
        let opened = until(&mut stream, "VoteOpened").await;
        streams.push((stream, opened.position));
    }
    let begun = Instant::now();
    let watching = streams.into_iter().map(|(mut stream, mut position)| {
        tokio::spawn(async move {
            let (mut ballots, mut messages) = (Vec::new(), 0);
            while ballots.len() < 24 {
                messages += 1;
                for event in apart(message(&mut stream).await) {
                    assert!(event.position > position && event.earlier.is_empty());
                    position = event.position;
                    ballots.push(event.subject);
                }
            }
            (ballots, messages, begun.elapsed())
        })
    });
    let watching: Vec<_> = watching.collect();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    let expected: Vec<_> = (room.units.iter())
        .map(|unit| format!("{}/ballots/{}", vote.name, unit.organization.unwrap()))
        .collect();
    for watcher in watching {
        let (ballots, messages, within) = watcher.await.unwrap();
        assert_eq!(ballots, expected, "each ballot once, in the order they were cast");
        let most = within.as_millis() / 100 + 1;
        assert!(messages <= most, "{messages} messages within {within:?}");
    }
}

#[tokio::test]
async fn a_watcher_whose_post_ends_is_shown_out() {
    let room = Room::in_session(3).await;
    let mut stream = watch(&room.units[2], &room.meeting, 0).await;
    message(&mut stream).await;
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
    until(&mut stream, "QuorumReached").await;
    let alive = timeout(Duration::from_secs(12), stream.next())
        .await
        .expect("a keep-alive within 10 s")
        .unwrap()
        .unwrap();
    assert_eq!(alive, MeetingEvent::default());
}
