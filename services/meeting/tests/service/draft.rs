use tonic::Code;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, detail, fields, reason};
use crate::room::{NEXT_MONDAY, Room, create_body, create_meeting, instant, propose};

#[tokio::test]
async fn a_meeting_is_planned_for_the_future_by_a_body_that_exists() {
    let room = Room::draft(1).await;
    assert_eq!(
        reason(create_meeting(&room.secretary, &room.body, "2026-03-01T00:00:00Z").await),
        "START_TIME_PASSED"
    );
    let nobody = format!("{PARENT}/bodies/{}", room.ids.next::<uuid::Uuid>());
    assert_eq!(
        reason(create_meeting(&room.secretary, &nobody, NEXT_MONDAY).await),
        "BODY_NOT_FOUND"
    );
    assert_eq!(
        create_meeting(&room.units[0], &nobody, NEXT_MONDAY)
            .await
            .unwrap_err()
            .code(),
        Code::PermissionDenied
    );
    let written = Meeting {
        body: room.body.clone(),
        title: String::new(),
        mode: MeetingMode::Written.into(),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: PARENT.to_owned(),
        meeting: Some(written),
        ..Default::default()
    };
    let refused = room.secretary.meetings().create_meeting(request).await;
    assert_eq!(fields(&refused), ["meeting.title", "meeting.start_time"]);
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_writes_nothing() {
    let room = Room::draft(2).await;
    let meeting = Meeting {
        body: room.body.clone(),
        title: "预演".to_owned(),
        start_time: Some(instant(NEXT_MONDAY)),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: PARENT.to_owned(),
        meeting: Some(meeting),
        validate_only: true,
        ..Default::default()
    };
    let drafted = room
        .secretary
        .meetings()
        .create_meeting(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((drafted.name.as_str(), drafted.state()), ("", MeetingState::Draft));
    let list = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    assert_eq!(
        room.secretary
            .meetings()
            .list_meetings(list)
            .await
            .unwrap()
            .into_inner()
            .meetings
            .len(),
        1
    );

    let request = ServeNoticeRequest {
        name: room.meeting.clone(),
        validate_only: true,
        ..Default::default()
    };
    let notice = room
        .secretary
        .meetings()
        .serve_notice(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(notice.roster.len(), 2);
    assert_eq!(room.get().await.state(), MeetingState::Draft);
    let request = GetNoticeRequest {
        name: room.meeting.clone(),
    };
    assert_eq!(
        reason(room.secretary.meetings().get_notice(request).await),
        "NOTICE_NOT_SERVED"
    );
    let request = GetQuorumRequest {
        name: room.meeting.clone(),
    };
    assert_eq!(
        reason(room.secretary.meetings().get_quorum(request).await),
        "NOTICE_NOT_SERVED"
    );
}

#[tokio::test]
async fn a_draft_changes_where_the_mask_says_and_by_its_etag() {
    let room = Room::draft(1).await;
    let update = async |meeting: Meeting, mask: &[&str]| {
        let meeting = Some(Meeting {
            name: room.meeting.clone(),
            ..meeting
        });
        let update_mask = mask.iter().map(|path| (*path).to_owned()).collect();
        room.secretary
            .meetings()
            .update_meeting(UpdateMeetingRequest { meeting, update_mask })
            .await
    };
    let etag = room.get().await.etag;
    let change = Meeting {
        title: "改名".to_owned(),
        etag: etag.clone(),
        ..Default::default()
    };
    let changed = update(change.clone(), &[]).await.unwrap().into_inner();
    assert_eq!(
        (changed.title.as_str(), changed.location.as_str()),
        ("改名", "党群服务中心")
    );
    assert_ne!(changed.etag, etag);
    let refused = update(change, &[]).await;
    assert_eq!(
        (refused.as_ref().unwrap_err().code(), reason(refused).as_str()),
        (Code::Aborted, "ETAG_MISMATCH")
    );
    let cleared = update(
        Meeting {
            title: "不改".to_owned(),
            ..Default::default()
        },
        &["location"],
    )
    .await
    .unwrap()
    .into_inner();
    assert_eq!((cleared.title.as_str(), cleared.location.as_str()), ("改名", ""));
    assert_eq!(
        fields(&update(Meeting::default(), &["title", "state"]).await),
        ["meeting.title", "update_mask"]
    );
    assert_eq!(
        fields(&update(Meeting::default(), &["start_time"]).await),
        ["meeting.start_time"]
    );
    let past = Meeting {
        start_time: Some(instant("2026-03-01T00:00:00Z")),
        ..Default::default()
    };
    assert_eq!(reason(update(past, &[]).await), "START_TIME_PASSED");
    room.serve().await.unwrap();
    assert_eq!(
        reason(
            update(
                Meeting {
                    title: "晚了".to_owned(),
                    ..Default::default()
                },
                &[]
            )
            .await
        ),
        "MEETING_STATE"
    );
}

#[tokio::test]
async fn notice_is_whole_days_of_the_community_and_needs_agenda_and_members() {
    let room = Room::draft(1).await;
    // 3 whole days: served on Monday the 2nd in Shenzhen, the 6th is the first day
    let short = create_meeting(&room.secretary, &room.body, "2026-03-05T15:59:59Z")
        .await
        .unwrap()
        .name;
    propose(&room.units[0], &short, "一", MatterClass::Coordination)
        .await
        .unwrap();
    let serve = async |name: &str| {
        let request = ServeNoticeRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        room.secretary.meetings().serve_notice(request).await
    };
    let refused = serve(&short).await;
    assert_eq!(
        (
            detail(&refused, "days").as_str(),
            detail(&refused, "earliest_date").as_str()
        ),
        ("3", "2026-03-06")
    );
    assert_eq!(reason(refused), "NOTICE_TOO_SHORT");
    let enough = create_meeting(&room.secretary, &room.body, "2026-03-05T16:00:00Z")
        .await
        .unwrap()
        .name;
    assert_eq!(reason(serve(&enough).await), "AGENDA_EMPTY");
    propose(&room.units[0], &enough, "一", MatterClass::Coordination)
        .await
        .unwrap();
    serve(&enough).await.unwrap();
    assert_eq!(reason(serve(&enough).await), "MEETING_STATE");

    let empty = create_body(&room.secretary, "空机构").await.unwrap().name;
    let meeting = create_meeting(&room.secretary, &empty, NEXT_MONDAY).await.unwrap().name;
    propose(&room.secretary, &meeting, "一", MatterClass::Coordination)
        .await
        .unwrap();
    assert_eq!(reason(serve(&meeting).await), "ROSTER_EMPTY");
    let request = ServeNoticeRequest {
        name: room.meeting.clone(),
        etag: "77".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        reason(room.secretary.meetings().serve_notice(request).await),
        "ETAG_MISMATCH"
    );
}
