use tonic::{Code, Status};
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, reason};
use crate::room::{Room, instant};

/// The day after the Monday of notice: too soon under rules that ask for three days.
const TUESDAY: &str = "2026-03-03T07:00:00Z";

async fn start_at(room: &Room, start_time: &str) {
    let request = UpdateMeetingRequest {
        meeting: Some(Meeting {
            name: room.meeting.clone(),
            start_time: Some(instant(start_time)),
            ..Default::default()
        }),
        ..Default::default()
    };
    room.secretary.meetings().update_meeting(request).await.unwrap();
}

async fn check(by: &Party, meeting: &str) -> Result<NoticeCheck, Status> {
    let request = CheckNoticeRequest {
        name: meeting.to_owned(),
    };
    Ok(by.notices().check_notice(request).await?.into_inner())
}

async fn waive(by: &Party, meeting: &str) -> Result<NoticeWaiver, Status> {
    let request = WaiveNoticeRequest {
        name: meeting.to_owned(),
    };
    Ok(by.notices().waive_notice(request).await?.into_inner())
}

async fn record_waiver(by: &Party, meeting: &str, member: &str) -> Result<NoticeWaiver, Status> {
    let request = RecordWaiverRequest {
        name: meeting.to_owned(),
        member: member.to_owned(),
        note: "电话确认".to_owned(),
        ..Default::default()
    };
    Ok(by.notices().record_waiver(request).await?.into_inner())
}

async fn deliver(by: &Party, meeting: &str, to: &str, at: Option<&str>) -> Result<Delivery, Status> {
    let request = RecordDeliveryRequest {
        name: meeting.to_owned(),
        recipient: to.to_owned(),
        channel: DeliveryChannel::Hand.into(),
        deliver_time: at.map(instant),
        ..Default::default()
    };
    Ok(by.notices().record_delivery(request).await?.into_inner())
}

async fn deliveries(by: &Party, meeting: &str) -> Result<ListDeliveriesResponse, Status> {
    let request = ListDeliveriesRequest {
        parent: meeting.to_owned(),
        ..Default::default()
    };
    Ok(by.notices().list_deliveries(request).await?.into_inner())
}

#[tokio::test]
async fn notice_too_short_is_good_once_every_member_has_waived_for_this_start() {
    let room = Room::draft(3).await;
    start_at(&room, TUESDAY).await;
    let checked = check(&room.secretary, &room.meeting).await.unwrap();
    assert_eq!(
        (
            checked.days,
            checked.earliest_date.as_str(),
            checked.start_date.as_str()
        ),
        (3, "2026-03-06", "2026-03-03")
    );
    assert!(!checked.period_kept && checked.waiver_allowed && !checked.working_days);
    assert_eq!(checked.not_waived.len(), 3);
    let refused = room.serve().await;
    assert_eq!(detail(&refused, "earliest_date"), "2026-03-06");
    assert_eq!(reason(refused), "NOTICE_TOO_SHORT");

    let own = waive(&room.units[0], &room.meeting).await.unwrap();
    assert_eq!(
        (own.member.as_str(), own.recorded_by.as_str()),
        (room.units[0].name().as_str(), "")
    );
    assert_eq!(
        waive(&room.units[0], &room.meeting).await.unwrap(),
        own,
        "once is enough"
    );
    let second = room.units[1].name();
    let recorded = record_waiver(&room.secretary, &room.meeting, &second).await.unwrap();
    assert_eq!(recorded.recorded_by, room.secretary.principal.to_string());
    let refused = room.serve().await;
    assert_eq!(detail(&refused, "members"), room.units[2].name());
    assert_eq!(reason(refused), "NOTICE_NOT_WAIVED");

    waive(&room.units[2], &room.meeting).await.unwrap();
    start_at(&room, "2026-03-03T08:00:00Z").await;
    assert_eq!(
        reason(room.serve().await),
        "NOTICE_TOO_SHORT",
        "another start asks for other waivers"
    );
    for unit in &room.units {
        waive(unit, &room.meeting).await.unwrap();
    }
    let checked = check(&room.secretary, &room.meeting).await.unwrap();
    assert_eq!((checked.waived.len(), checked.not_waived.len()), (3, 0));
    assert_eq!(room.serve().await.unwrap().roster.len(), 3);
    assert_eq!(reason(waive(&room.units[0], &room.meeting).await), "MEETING_STATE");
    assert_eq!(reason(check(&room.secretary, &room.meeting).await), "MEETING_STATE");
}

#[tokio::test]
async fn only_members_waive_and_only_the_clerk_records_it() {
    let room = Room::draft(2).await;
    start_at(&room, TUESDAY).await;
    let first = room.units[0].name();
    let refused = record_waiver(&room.units[1], &room.meeting, &first).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    // the committee convenes, but is no member of this body
    assert_eq!(
        reason(waive(&room.secretary, &room.meeting).await),
        "NOT_A_MEMBER_OF_BODY"
    );
    let committee = room.secretary.name();
    assert_eq!(
        reason(record_waiver(&room.secretary, &room.meeting, &committee).await),
        "NOT_A_MEMBER_OF_BODY"
    );
    let checked = check(&room.secretary, &room.meeting).await.unwrap();
    assert!(checked.waived.is_empty());
}

#[tokio::test]
async fn each_delivery_is_proved_and_who_is_without_proof_is_told() {
    let room = Room::draft(3).await;
    let [first, second, third] = [&room.units[0], &room.units[1], &room.units[2]].map(Party::name);
    assert_eq!(
        reason(deliver(&room.secretary, &room.meeting, &first, None).await),
        "MEETING_STATE"
    );
    assert_eq!(
        reason(deliveries(&room.secretary, &room.meeting).await),
        "NOTICE_NOT_SERVED"
    );
    room.serve().await.unwrap();
    assert_eq!(
        deliveries(&room.secretary, &room.meeting)
            .await
            .unwrap()
            .without_proof
            .len(),
        3
    );
    room.set("2026-03-02T09:00:00Z");
    for wrong in ["2026-03-01T09:00:00Z", "2026-03-02T09:00:01Z"] {
        let refused = deliver(&room.secretary, &room.meeting, &first, Some(wrong)).await;
        assert_eq!(reason(refused), "DELIVERY_TIME", "{wrong}");
    }
    let at = Some("2026-03-02T08:30:00Z");
    let delivered = deliver(&room.secretary, &room.meeting, &first, at).await.unwrap();
    assert_eq!(
        (delivered.channel(), delivered.recorded_by),
        (DeliveryChannel::Hand, room.secretary.principal.to_string())
    );
    let committee = room.secretary.name();
    assert_eq!(
        reason(deliver(&room.secretary, &room.meeting, &committee, None).await),
        "NOT_ON_ROSTER"
    );
    let refused = deliver(&room.units[0], &room.meeting, &second, None).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);

    let request = RecordAcknowledgementRequest {
        name: room.meeting.clone(),
        member: second,
        note: "回执".to_owned(),
        ..Default::default()
    };
    let entry = room.secretary.notices().record_acknowledgement(request).await;
    assert!(entry.unwrap().into_inner().acknowledge_time.is_some());
    let listed = deliveries(&room.units[2], &room.meeting).await.unwrap();
    assert_eq!((listed.deliveries.len(), listed.without_proof), (1, vec![third]));
    assert!(
        !listed.resident_committee_to_be_told,
        "owners' assemblies alone tell it"
    );
    let request = ListRecordsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let records = room.units[2]
        .records()
        .list_records(request)
        .await
        .unwrap()
        .into_inner()
        .records;
    let acts: Vec<_> = records.iter().map(Record::act).collect();
    assert_eq!(acts, [RecordedAct::Delivery, RecordedAct::Acknowledgement]);
}
