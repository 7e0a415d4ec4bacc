use tonic::Status;
use yihe_proto::meeting::v1::*;

use crate::harness::{fields, reason};
use crate::room::{NEXT_MONDAY, Room, cast, check_in, instant, propose};

async fn postpone(room: &Room, start_time: Option<&str>) -> Result<Meeting, Status> {
    let request = PostponeMeetingRequest {
        name: room.meeting.clone(),
        start_time: start_time.map(instant),
        reason: "台风".to_owned(),
        ..Default::default()
    };
    Ok(room.secretary.procedure().postpone_meeting(request).await?.into_inner())
}

async fn suspend(room: &Room) -> Result<Meeting, Status> {
    let request = SuspendMeetingRequest {
        name: room.meeting.clone(),
        reason: "午休".to_owned(),
        ..Default::default()
    };
    Ok(room.secretary.procedure().suspend_meeting(request).await?.into_inner())
}

async fn resume(room: &Room) -> Result<Meeting, Status> {
    let request = ResumeMeetingRequest {
        name: room.meeting.clone(),
        ..Default::default()
    };
    Ok(room.secretary.procedure().resume_meeting(request).await?.into_inner())
}

async fn move_to(room: &Room, item: &str, position: i32, etag: &str) -> Result<AgendaItem, Status> {
    let request = MoveAgendaItemRequest {
        name: item.to_owned(),
        position,
        etag: etag.to_owned(),
    };
    Ok(room.secretary.procedure().move_agenda_item(request).await?.into_inner())
}

async fn agenda(room: &Room) -> Vec<String> {
    let request = ListAgendaItemsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let listed = room.secretary.agenda().list_agenda_items(request).await.unwrap();
    let items = listed.into_inner().agenda_items;
    items.into_iter().map(|item| item.title).collect()
}

#[tokio::test]
async fn a_suspended_session_decides_nothing_and_goes_on_where_it_stopped() {
    let (room, vote) = Room::voting(2).await;
    assert_eq!(reason(resume(&room).await), "MEETING_STATE");
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    let suspended = suspend(&room).await.unwrap();
    assert_eq!(
        (suspended.state(), suspended.suspend_reason.as_str()),
        (MeetingState::Suspended, "午休")
    );
    assert!(suspended.suspend_time.is_some());
    assert_eq!(reason(suspend(&room).await), "MEETING_STATE");
    assert_eq!(
        reason(cast(&room.units[1], &vote.name, Choice::Yes).await),
        "MEETING_STATE"
    );
    assert_eq!(reason(room.close_vote(&vote.name).await), "MEETING_STATE");
    assert_eq!(reason(room.submit(&room.units[0]).await), "MEETING_STATE");
    let resumed = resume(&room).await.unwrap();
    assert_eq!((resumed.state(), resumed.suspend_time), (MeetingState::InSession, None));
    cast(&room.units[1], &vote.name, Choice::Yes).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!((tally.verdict(), tally.yes), (TallyVerdict::Adopted, 2));
}

#[tokio::test]
async fn a_meeting_postponed_in_session_is_noticed_anew_and_held() {
    let (room, vote) = Room::voting(2).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    assert_eq!(
        reason(postpone(&room, Some("2026-03-09T07:00:00Z")).await),
        "START_TIME_PASSED"
    );
    let postponed = postpone(&room, None).await.unwrap();
    assert_eq!(
        (
            postponed.state(),
            postponed.postpone_reason.as_str(),
            postponed.start_time
        ),
        (MeetingState::Postponed, "台风", None)
    );
    let lapsed = room.vote(&vote.name).await;
    assert_eq!((lapsed.state(), lapsed.tally), (VoteState::Lapsed, None));
    assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Submitted);
    assert_eq!(
        reason(cast(&room.units[1], &vote.name, Choice::Yes).await),
        "VOTE_CLOSED"
    );
    assert_eq!(reason(check_in(&room.units[0], &room.meeting).await), "MEETING_STATE");
    assert_eq!(reason(room.close().await), "MEETING_STATE");
    assert_eq!(reason(room.serve().await), "START_TIME_UNDETERMINED");

    let added = propose(&room.units[1], &room.meeting, "后加的", MatterClass::Coordination).await;
    assert!(!added.unwrap().noticed);
    postpone(&room, Some("2026-03-10T07:00:00Z")).await.unwrap();
    assert_eq!(
        reason(room.serve().await),
        "NOTICE_TOO_SHORT",
        "the period counts again"
    );
    postpone(&room, Some("2026-03-20T07:00:00Z")).await.unwrap();
    let notice = room.serve().await.unwrap();
    assert_eq!(
        (
            notice.agenda.len(),
            notice.roster.len(),
            notice.serve_time.unwrap().seconds
        ),
        (2, 2, instant(NEXT_MONDAY).seconds)
    );
    assert!(notice.agenda.iter().all(|item| item.noticed));
    let meeting = room.get().await;
    assert_eq!((meeting.state(), meeting.notice_round), (MeetingState::Noticed, 2));

    room.set("2026-03-20T07:00:00Z");
    let open = OpenSessionRequest {
        name: room.meeting.clone(),
        ..Default::default()
    };
    room.secretary.meetings().open_session(open).await.unwrap();
    assert_eq!(
        reason(room.open_vote(&vote.motion).await),
        "MEETING_NOT_QUORATE",
        "nobody is there yet"
    );
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let again = room.open_vote(&vote.motion).await.unwrap();
    assert_eq!((again.ballots_cast, again.eligible), (0, 2));
}

#[tokio::test]
async fn acknowledgements_begin_anew_with_a_new_notice() {
    let room = Room::noticed(2).await;
    let acknowledge = AcknowledgeNoticeRequest {
        name: room.meeting.clone(),
    };
    room.units[0].meetings().acknowledge_notice(acknowledge).await.unwrap();
    postpone(&room, Some("2026-03-20T07:00:00Z")).await.unwrap();
    let notice = room.serve().await.unwrap();
    assert!(notice.roster.iter().all(|entry| entry.acknowledge_time.is_none()));
}

#[tokio::test]
async fn a_postponement_has_a_reason_and_is_the_conveners() {
    let room = Room::noticed(2).await;
    let request = PostponeMeetingRequest {
        name: room.meeting.clone(),
        ..Default::default()
    };
    let refused = room.secretary.procedure().postpone_meeting(request.clone()).await;
    assert_eq!(fields(&refused), ["reason"]);
    let refused = room.units[0].procedure().postpone_meeting(request).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::PermissionDenied);
    assert_eq!(room.get().await.state(), MeetingState::Noticed);
}

#[tokio::test]
async fn the_convener_orders_the_agenda_before_notice() {
    let room = Room::draft(2).await;
    for title in ["二", "三", "四"] {
        propose(&room.units[0], &room.meeting, title, MatterClass::Coordination)
            .await
            .unwrap();
    }
    let moved = move_to(&room, &room.item, 3, "").await.unwrap();
    assert_eq!(moved.position, 3);
    assert_eq!(agenda(&room).await, ["二", "三", "小小文明劝导员", "四"]);
    for position in [0, -1, 5] {
        assert_eq!(
            reason(move_to(&room, &room.item, position, "").await),
            "AGENDA_POSITION_UNKNOWN"
        );
    }
    let request = MoveAgendaItemRequest {
        name: room.item.clone(),
        position: 1,
        etag: String::new(),
    };
    let refused = room.units[1].procedure().move_agenda_item(request).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::PermissionDenied);
    room.serve().await.unwrap();
    assert_eq!(reason(move_to(&room, &room.item, 1, "").await), "MEETING_STATE");
    assert_eq!(agenda(&room).await, ["二", "三", "小小文明劝导员", "四"]);
}

#[tokio::test]
async fn of_two_clerks_who_edit_at_once_one_wins_and_nothing_is_lost() {
    let room = Room::draft(2).await;
    let other = propose(&room.units[0], &room.meeting, "二", MatterClass::Coordination)
        .await
        .unwrap()
        .name;
    let committee = room.secretary.organization.unwrap();
    let colleague = room.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let seen = room.get().await.etag;
    let update = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: room.meeting.clone(),
            title: "四月联席会议".to_owned(),
            etag: seen.clone(),
            ..Default::default()
        }),
        update_mask: vec!["title".to_owned()],
    };
    let mut meetings = colleague.meetings();
    let (moved, updated) = tokio::join!(move_to(&room, &other, 1, &seen), meetings.update_meeting(update));
    let won = [moved.is_ok(), updated.is_ok()];
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{moved:?} {updated:?}");
    let now = room.get().await;
    if won[0] {
        assert_eq!(reason(updated), "ETAG_MISMATCH");
        assert_eq!(
            (agenda(&room).await[0].as_str(), now.title.as_str()),
            ("二", "三月联席会议")
        );
    } else {
        assert_eq!(reason(moved), "ETAG_MISMATCH");
        assert_eq!(
            (agenda(&room).await[1].as_str(), now.title.as_str()),
            ("二", "四月联席会议")
        );
    }
    assert_ne!(now.etag, seen);
    move_to(&room, &other, 2, &now.etag).await.unwrap();
    assert_eq!(
        reason(move_to(&room, &other, 1, &now.etag).await),
        "ETAG_MISMATCH",
        "an order changed meanwhile is not overwritten"
    );
    for refused in [
        room.secretary
            .procedure()
            .postpone_meeting(PostponeMeetingRequest {
                name: room.meeting.clone(),
                reason: "台风".to_owned(),
                etag: seen.clone(),
                ..Default::default()
            })
            .await,
        room.secretary
            .meetings()
            .cancel_meeting(CancelMeetingRequest {
                name: room.meeting.clone(),
                reason: "台风".to_owned(),
                etag: seen.clone(),
            })
            .await,
    ] {
        assert_eq!(reason(refused), "ETAG_MISMATCH");
    }
}
