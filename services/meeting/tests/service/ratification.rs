use tonic::{Code, Status};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party, detail, reason};
use crate::room::{Room, add_member, cast, check_in, create_body, create_meeting, propose, submit};

const APRIL: &str = "2026-04-13T07:00:00Z";

/// A joint conference that adopted what is reserved to the owners.
pub async fn pending() -> (Room, Motion, Ratification) {
    let room = Room::draft(3).await;
    let item = propose(
        &room.units[1],
        &room.meeting,
        "使用维修资金",
        MatterClass::OwnersOrdinary,
    )
    .await
    .unwrap();
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = submit(&room.units[1], &room.meeting, &item.name).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    let listed = list(&room.units[0]).await;
    assert_eq!(listed.len(), 1);
    let ratification = listed[0].clone();
    (room, motion, ratification)
}

async fn list(by: &Party) -> Vec<Ratification> {
    let request = ListRatificationsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let listed = by.ratifications().list_ratifications(request).await.unwrap();
    listed.into_inner().ratifications
}

pub async fn route(by: &Party, name: &str, meeting: &str) -> Result<Ratification, Status> {
    let request = RouteRatificationRequest {
        name: name.to_owned(),
        meeting: meeting.to_owned(),
    };
    Ok(by.ratifications().route_ratification(request).await?.into_inner())
}

async fn get(by: &Party, name: &str) -> Result<Ratification, Status> {
    let request = GetRatificationRequest { name: name.to_owned() };
    Ok(by.ratifications().get_ratification(request).await?.into_inner())
}

/// The other body of these tests is a joint conference too: what it must be and the class it votes by are set behind the
/// service's back.
async fn reserve_to_joint_conference(room: &Room) {
    room.sql("UPDATE ratification SET body_kind = 'JOINT_CONFERENCE', matter_class = 'COORDINATION'")
        .await;
}

struct Other {
    director: Party,
    members: Vec<Party>,
    meeting: String,
}

async fn other_body(room: &Room) -> Other {
    let committee = room.organization(OrganizationKind::ResidentCommittee, "居委会");
    let director = room.appoint(committee, "RESIDENT_COMMITTEE/DIRECTOR");
    let body = create_body(&director, "居民会议").await.unwrap().name;
    let mut members = Vec::new();
    for name in ["甲", "乙", "丙"] {
        let member = room.organization(OrganizationKind::ResidentUnit, name);
        let member = room.appoint(member, "RESIDENT_UNIT/REPRESENTATIVE");
        add_member(&room.secretary, &body, &member.name()).await.unwrap();
        members.push(member);
    }
    let meeting = create_meeting(&director, &body, APRIL).await.unwrap().name;
    Other {
        director,
        members,
        meeting,
    }
}

impl Other {
    async fn hold(&self, room: &Room) {
        let request = ServeNoticeRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        room.secretary.meetings().serve_notice(request).await.unwrap();
        room.set(APRIL);
        let request = OpenSessionRequest {
            name: self.meeting.clone(),
            ..Default::default()
        };
        room.secretary.meetings().open_session(request).await.unwrap();
        for member in &self.members {
            check_in(member, &self.meeting).await.unwrap();
        }
    }

    async fn decide(&self, room: &Room, motion: &str, choice: Choice) -> Vote {
        let vote = room.open_vote(motion).await.unwrap();
        for member in &self.members {
            cast(member, &vote.name, choice).await.unwrap();
        }
        room.close_vote(&vote.name).await.unwrap()
    }
}

#[tokio::test]
async fn what_is_reserved_waits_and_names_the_body_that_must_decide() {
    let (room, motion, ratification) = pending().await;
    assert_eq!(
        (
            ratification.motion.clone(),
            ratification.body_kind(),
            ratification.state(),
            ratification.text.as_str()
        ),
        (
            motion.name.clone(),
            BodyKind::OwnersAssembly,
            RatificationState::Pending,
            "试行一学期"
        )
    );
    assert_eq!(
        room.motion(&motion.name).await.state(),
        MotionState::PendingRatification
    );
    let next = create_meeting(&room.secretary, &room.body, APRIL).await.unwrap().name;
    let refused = route(&room.secretary, &ratification.name, &next).await;
    assert_eq!(detail(&refused, "kind"), "OWNERS_ASSEMBLY");
    assert_eq!(reason(refused), "RATIFICATION_OTHER_BODY");
    assert_eq!(
        reason(route(&room.secretary, &ratification.name, &room.meeting).await),
        "MEETING_STATE"
    );
    let missing = format!("{PARENT}/meetings/{}", room.ids.next::<uuid::Uuid>());
    assert_eq!(
        reason(route(&room.secretary, &ratification.name, &missing).await),
        "RESOURCE_NOT_FOUND"
    );
    let stranger = room.organization(OrganizationKind::PropertyCompany, "物业公司");
    let stranger = room.appoint(stranger, "PROPERTY_COMPANY/MANAGER");
    assert!(list(&stranger).await.is_empty());
    assert_eq!(
        get(&stranger, &ratification.name).await.unwrap_err().code(),
        Code::PermissionDenied
    );
    assert_eq!(get(&room.units[2], &ratification.name).await.unwrap(), ratification);
}

#[tokio::test]
async fn the_other_bodys_vote_settles_what_was_pending() {
    for (choice, state, original) in [
        (Choice::Yes, RatificationState::Ratified, MotionState::Ratified),
        (Choice::No, RatificationState::NotRatified, MotionState::NotRatified),
    ] {
        let (room, motion, ratification) = pending().await;
        reserve_to_joint_conference(&room).await;
        let other = other_body(&room).await;
        let refused = route(&room.units[0], &ratification.name, &other.meeting).await;
        assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
        let routed = route(&other.director, &ratification.name, &other.meeting)
            .await
            .unwrap();
        assert_eq!(routed.state(), RatificationState::Routed);
        assert_eq!(
            list(&other.director).await.len(),
            1,
            "whoever convenes that body sees it now"
        );
        assert_eq!(
            reason(route(&room.secretary, &ratification.name, &other.meeting).await),
            "RATIFICATION_STATE"
        );
        other.hold(&room).await;
        let item = GetAgendaItemRequest {
            name: routed.agenda_item.clone(),
        };
        let item = other.members[0]
            .agenda()
            .get_agenda_item(item)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            (item.ratification.as_str(), item.title.as_str(), item.noticed),
            (ratification.name.as_str(), "使用维修资金", true)
        );

        // the text is that of the motion that waits
        assert_eq!(
            reason(submit(&other.members[0], &other.meeting, &item.name).await),
            "RATIFICATION_TEXT_FIXED"
        );
        let request = WithdrawMotionRequest {
            name: routed.ratifying_motion.clone(),
            ..Default::default()
        };
        let refused = room.units[1].motions().withdraw_motion(request).await;
        assert_eq!(reason(refused), "RATIFICATION_TEXT_FIXED");
        let amendment = Amendment {
            motion: routed.ratifying_motion.clone(),
            text: "另一文本".to_owned(),
            rationale: "更好".to_owned(),
            ..Default::default()
        };
        let request = SubmitAmendmentRequest {
            parent: other.meeting.clone(),
            amendment: Some(amendment),
            ..Default::default()
        };
        let refused = other.members[0].amendments().submit_amendment(request).await;
        assert_eq!(reason(refused), "RATIFICATION_TEXT_FIXED");

        let closed = other.decide(&room, &routed.ratifying_motion, choice).await;
        let settled = get(&room.units[0], &ratification.name).await.unwrap();
        assert_eq!(
            (settled.state(), settled.vote.clone(), settled.resolution.clone()),
            (state, closed.name, closed.resolution.clone())
        );
        assert_eq!(closed.resolution.is_empty(), choice == Choice::No);
        assert!(settled.settle_time.is_some());
        assert_eq!(room.motion(&motion.name).await.state(), original);
        let next = create_meeting(&room.secretary, &room.body, "2026-05-11T07:00:00Z")
            .await
            .unwrap();
        assert_eq!(
            reason(route(&room.secretary, &ratification.name, &next.name).await),
            "RATIFICATION_STATE",
            "settled is settled"
        );
    }
}

#[tokio::test]
async fn what_a_meeting_did_not_decide_is_routed_again() {
    let (room, motion, ratification) = pending().await;
    reserve_to_joint_conference(&room).await;
    let other = other_body(&room).await;
    let first = route(&other.director, &ratification.name, &other.meeting)
        .await
        .unwrap();
    let again = WithdrawAgendaItemRequest {
        name: first.agenda_item.clone(),
        ..Default::default()
    };
    room.secretary.agenda().withdraw_agenda_item(again).await.unwrap();
    let second = route(&other.director, &ratification.name, &other.meeting)
        .await
        .unwrap();
    assert_ne!(first.agenda_item, second.agenda_item);
    other.hold(&room).await;
    let request = CloseMeetingRequest {
        name: other.meeting.clone(),
        ..Default::default()
    };
    room.secretary.meetings().close_meeting(request).await.unwrap();
    assert_eq!(
        get(&room.units[0], &ratification.name).await.unwrap().state(),
        RatificationState::Routed
    );
    let request = GetMeetingRequest {
        name: other.meeting.clone(),
    };
    let held = room.secretary.meetings().get_meeting(request).await.unwrap();
    let body = held.into_inner().body;
    let may = create_meeting(&room.secretary, &body, "2026-05-11T07:00:00Z")
        .await
        .unwrap()
        .name;
    let third = route(&room.secretary, &ratification.name, &may).await.unwrap();
    assert_eq!(third.state(), RatificationState::Routed);
    assert_eq!(
        room.motion(&motion.name).await.state(),
        MotionState::PendingRatification
    );
}
