use yihe_proto::meeting::v1::*;

use crate::harness::{Party, reason};
use crate::room::{NEXT_MONDAY, Room, cast, check_in, check_out, propose, submit};

async fn cancel(by: &Party, meeting: &str) -> Result<Meeting, tonic::Status> {
    let request = CancelMeetingRequest {
        name: meeting.to_owned(),
        reason: "台风".to_owned(),
        ..Default::default()
    };
    Ok(by.meetings().cancel_meeting(request).await?.into_inner())
}

#[tokio::test]
async fn nothing_happens_in_a_meeting_before_its_time() {
    let room = Room::draft(2).await;
    let acknowledge = AcknowledgeNoticeRequest {
        name: room.meeting.clone(),
    };
    assert_eq!(reason(check_in(&room.units[0], &room.meeting).await), "MEETING_STATE");
    assert_eq!(reason(check_out(&room.units[0], &room.meeting).await), "MEETING_STATE");
    assert_eq!(reason(room.submit(&room.units[0]).await), "MEETING_STATE");
    assert_eq!(
        reason(room.units[0].meetings().acknowledge_notice(acknowledge).await),
        "MEETING_STATE"
    );
    assert_eq!(reason(room.close().await), "MEETING_STATE");
    let open = OpenSessionRequest {
        name: room.meeting.clone(),
        ..Default::default()
    };
    assert_eq!(
        reason(room.secretary.meetings().open_session(open.clone()).await),
        "MEETING_STATE"
    );
    room.serve().await.unwrap();
    assert_eq!(
        reason(room.secretary.meetings().open_session(open.clone()).await),
        "TOO_EARLY"
    );
    room.set("2026-03-09T05:59:59Z");
    assert_eq!(reason(check_in(&room.units[0], &room.meeting).await), "TOO_EARLY");
    room.set("2026-03-09T06:00:00Z");
    check_in(&room.units[0], &room.meeting).await.unwrap();
    assert_eq!(reason(room.submit(&room.units[0]).await), "MEETING_STATE");
    room.set(NEXT_MONDAY);
    let stale = OpenSessionRequest {
        etag: "1".to_owned(),
        ..open.clone()
    };
    assert_eq!(
        reason(room.secretary.meetings().open_session(stale).await),
        "ETAG_MISMATCH"
    );
    let opened = room.secretary.meetings().open_session(open).await.unwrap().into_inner();
    assert_eq!(opened.state(), MeetingState::InSession);
}

#[tokio::test]
async fn motions_are_moved_by_those_present_on_what_was_noticed_for_decision() {
    let room = Room::draft(3).await;
    let withdrawn = propose(&room.units[0], &room.meeting, "撤回的", MatterClass::Coordination)
        .await
        .unwrap()
        .name;
    let withdraw = WithdrawAgendaItemRequest {
        name: withdrawn.clone(),
        ..Default::default()
    };
    room.units[0].agenda().withdraw_agenda_item(withdraw).await.unwrap();
    let information = propose(&room.units[0], &room.meeting, "通报", MatterClass::Information)
        .await
        .unwrap()
        .name;
    let report = AgendaItem {
        title: "报告".to_owned(),
        kind: AgendaItemKind::Report.into(),
        matter_class: MatterClass::Coordination.into(),
        ..Default::default()
    };
    let request = CreateAgendaItemRequest {
        parent: room.meeting.clone(),
        agenda_item: Some(report),
        ..Default::default()
    };
    let report = room.units[0]
        .agenda()
        .create_agenda_item(request)
        .await
        .unwrap()
        .into_inner()
        .name;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    assert_eq!(reason(room.submit(&room.units[0]).await), "NOT_CHECKED_IN");
    assert_eq!(reason(room.submit(&room.secretary).await), "NOT_ON_ROSTER");
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    assert_eq!(
        reason(submit(&room.units[0], &room.meeting, &withdrawn).await),
        "AGENDA_ITEM_NOT_NOTICED"
    );
    for item in [&information, &report] {
        assert_eq!(
            reason(submit(&room.units[0], &room.meeting, item).await),
            "AGENDA_ITEM_NOT_FOR_DECISION"
        );
    }
    let unknown = format!("{}/agendaItems/{}", room.meeting, room.ids.next::<uuid::Uuid>());
    assert_eq!(
        reason(submit(&room.units[0], &room.meeting, &unknown).await),
        "RESOURCE_NOT_FOUND"
    );
    let request = SubmitMotionRequest {
        parent: room.meeting.clone(),
        motion: Some(Motion {
            agenda_item: room.item.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = room.units[0].motions().submit_motion(request).await;
    assert_eq!(crate::harness::fields(&refused), ["motion.text"]);

    let motion = room.submit(&room.units[0]).await.unwrap();
    assert_eq!(
        (motion.mover, motion.mover_display_name),
        (room.units[0].name(), "驻区单位 1".to_owned())
    );
    let withdraw = WithdrawMotionRequest {
        name: motion.name.clone(),
        ..Default::default()
    };
    let refused = room.units[1].motions().withdraw_motion(withdraw.clone()).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::PermissionDenied);
    let gone = room.units[0]
        .motions()
        .withdraw_motion(withdraw.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(gone.state(), MotionState::Withdrawn);
    assert_eq!(
        reason(room.units[0].motions().withdraw_motion(withdraw).await),
        "MOTION_STATE"
    );
    assert_eq!(reason(room.open_vote(&motion.name).await), "MOTION_STATE");
}

#[tokio::test]
async fn one_vote_at_a_time_and_a_motion_is_voted_on_once() {
    let (room, vote) = Room::voting(2).await;
    assert_eq!(reason(room.open_vote(&vote.motion).await), "VOTE_OPEN");
    let other = room.submit(&room.units[1]).await.unwrap();
    assert_eq!(reason(room.open_vote(&other.name).await), "VOTE_OPEN");
    let withdraw = WithdrawMotionRequest {
        name: vote.motion.clone(),
        ..Default::default()
    };
    assert_eq!(
        reason(room.units[0].motions().withdraw_motion(withdraw).await),
        "MOTION_STATE"
    );
    assert_eq!(reason(room.close().await), "VOTE_OPEN");
    assert_eq!(reason(cancel(&room.secretary, &room.meeting).await), "VOTE_OPEN");
    room.close_vote(&vote.name).await.unwrap();
    assert_eq!(reason(room.close_vote(&vote.name).await), "VOTE_CLOSED");
    assert_eq!(reason(room.open_vote(&vote.motion).await), "MOTION_STATE");
    room.open_vote(&other.name).await.unwrap();
}

#[tokio::test]
async fn losing_the_quorum_halts_a_vote_and_regaining_it_goes_on() {
    let (room, vote) = Room::voting(4).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    cast(&room.units[2], &vote.name, Choice::Yes).await.unwrap();
    check_out(&room.units[2], &room.meeting).await.unwrap();
    check_out(&room.units[3], &room.meeting).await.unwrap();
    assert_eq!(
        reason(cast(&room.units[1], &vote.name, Choice::Yes).await),
        "MEETING_NOT_QUORATE"
    );
    assert_eq!(reason(room.close_vote(&vote.name).await), "MEETING_NOT_QUORATE");
    assert_eq!(room.vote(&vote.name).await.ballots_cast, 2, "nothing is lost");
    check_in(&room.units[3], &room.meeting).await.unwrap();
    cast(&room.units[1], &vote.name, Choice::Yes).await.unwrap();
    let tally = room.close_vote(&vote.name).await.unwrap().tally.unwrap();
    assert_eq!(
        (tally.verdict(), tally.yes, tally.not_voted),
        (TallyVerdict::Adopted, 3, 1)
    );
}

#[tokio::test]
async fn a_vote_without_a_quorum_lapses_with_the_meeting() {
    for cancelled in [false, true] {
        let (room, vote) = Room::voting(2).await;
        cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
        check_out(&room.units[1], &room.meeting).await.unwrap();
        let (ended, state) = match cancelled {
            true => (
                cancel(&room.secretary, &room.meeting).await.unwrap(),
                MeetingState::Cancelled,
            ),
            false => (room.close().await.unwrap(), MeetingState::Closed),
        };
        assert_eq!(ended.state(), state);
        let lapsed = room.vote(&vote.name).await;
        assert_eq!(
            (lapsed.state(), lapsed.tally, lapsed.resolution.as_str()),
            (VoteState::Lapsed, None, "")
        );
        assert_eq!(room.motion(&vote.motion).await.state(), MotionState::Submitted);
        assert_eq!(
            reason(cast(&room.units[1], &vote.name, Choice::No).await),
            "VOTE_CLOSED"
        );
        assert_eq!(reason(room.close_vote(&vote.name).await), "VOTE_CLOSED");
    }
}

#[tokio::test]
async fn a_meeting_that_is_over_stays_over() {
    let room = Room::in_session(2).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let stale = CloseMeetingRequest {
        name: room.meeting.clone(),
        etag: "1".to_owned(),
    };
    assert_eq!(
        reason(room.secretary.meetings().close_meeting(stale).await),
        "ETAG_MISMATCH"
    );
    let etag = room.get().await.etag;
    let request = CloseMeetingRequest {
        name: room.meeting.clone(),
        etag,
    };
    room.secretary.meetings().close_meeting(request).await.unwrap();
    assert_eq!(reason(room.close().await), "MEETING_STATE");
    assert_eq!(reason(cancel(&room.secretary, &room.meeting).await), "MEETING_STATE");
    assert_eq!(reason(check_in(&room.units[0], &room.meeting).await), "MEETING_STATE");
    assert_eq!(reason(room.submit(&room.units[0]).await), "MEETING_STATE");
    assert_eq!(reason(room.open_vote(&motion.name).await), "MEETING_STATE");
    let withdraw = WithdrawMotionRequest {
        name: motion.name,
        ..Default::default()
    };
    assert_eq!(
        reason(room.units[0].motions().withdraw_motion(withdraw).await),
        "MEETING_STATE"
    );
}

#[tokio::test]
async fn a_meeting_is_cancelled_with_a_reason() {
    let room = Room::draft(1).await;
    let request = CancelMeetingRequest {
        name: room.meeting.clone(),
        reason: " ".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        crate::harness::fields(&room.secretary.meetings().cancel_meeting(request).await),
        ["reason"]
    );
    let cancelled = cancel(&room.secretary, &room.meeting).await.unwrap();
    assert_eq!(
        (cancelled.state(), cancelled.cancel_reason.as_str()),
        (MeetingState::Cancelled, "台风")
    );
    assert_eq!(reason(room.serve().await), "MEETING_STATE");
}
