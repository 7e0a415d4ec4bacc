use tonic::{Code, Status};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{Party, detail, fields, reason};
use crate::room::{
    NEXT_MONDAY, Room, add_member, cast, check_in, check_out, create_body, create_meeting, propose, submit,
};

async fn object(by: &Party, item: &str, class: MatterClass) -> Result<ClassObjection, Status> {
    let request = ObjectToMatterClassRequest {
        parent: item.to_owned(),
        matter_class: class.into(),
        reason: "涉及业主共有部分".to_owned(),
        ..Default::default()
    };
    Ok(by.competence().object_to_matter_class(request).await?.into_inner())
}

async fn withdraw(by: &Party, name: &str) -> Result<ClassObjection, Status> {
    let request = WithdrawClassObjectionRequest { name: name.to_owned() };
    Ok(by.competence().withdraw_class_objection(request).await?.into_inner())
}

pub fn hands(in_favour: &[&Party], against: &[&Party], abstaining: &[&Party]) -> Option<Hands> {
    let names = |parties: &[&Party]| parties.iter().map(|party| party.name()).collect();
    Some(Hands {
        in_favour: names(in_favour),
        against: names(against),
        abstaining: names(abstaining),
    })
}

async fn uphold(room: &Room, name: &str, hands: Option<Hands>) -> Result<ClassObjection, Status> {
    let request = UpholdMatterClassRequest {
        name: name.to_owned(),
        hands,
    };
    Ok(room
        .secretary
        .competence()
        .uphold_matter_class(request)
        .await?
        .into_inner())
}

async fn reclassify(room: &Room, item: &str, class: MatterClass) -> Result<AgendaItem, Status> {
    let request = ReclassifyAgendaItemRequest {
        name: item.to_owned(),
        matter_class: class.into(),
        reason: "异议成立".to_owned(),
    };
    Ok(room
        .secretary
        .competence()
        .reclassify_agenda_item(request)
        .await?
        .into_inner())
}

async fn carry(room: &Room, item: &str, meeting: &str) -> Result<AgendaItem, Status> {
    let request = CarryAgendaItemRequest {
        name: item.to_owned(),
        meeting: meeting.to_owned(),
        ..Default::default()
    };
    Ok(room
        .secretary
        .competence()
        .carry_agenda_item(request)
        .await?
        .into_inner())
}

async fn item(room: &Room, name: &str) -> AgendaItem {
    let request = GetAgendaItemRequest { name: name.to_owned() };
    room.secretary
        .agenda()
        .get_agenda_item(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn a_contested_class_holds_up_the_vote_until_the_members_uphold_it() {
    let room = Room::in_session(5).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    let objection = object(&room.units[1], &room.item, MatterClass::OwnersOrdinary)
        .await
        .unwrap();
    assert_eq!(
        (
            objection.state(),
            objection.objector.clone(),
            objection.objector_display_name.as_str()
        ),
        (ClassObjectionState::Open, room.units[1].name(), "驻区单位 2")
    );
    let refused = room.open_vote(&motion.name).await;
    assert_eq!(detail(&refused, "objections"), objection.name);
    assert_eq!(reason(refused), "MATTER_CLASS_CONTESTED");
    assert_eq!(
        reason(object(&room.units[1], &room.item, MatterClass::OwnersSpecial).await),
        "OBJECTION_EXISTS"
    );
    assert_eq!(
        reason(object(&room.units[2], &room.item, MatterClass::ResourceSharing).await),
        "CLASS_SAME"
    );

    let [a, b, c, d, e] = &room.units[..] else {
        unreachable!()
    };
    let refused = room.units[0]
        .competence()
        .uphold_matter_class(UpholdMatterClassRequest {
            name: objection.name.clone(),
            hands: hands(&[a, b, c], &[], &[]),
        })
        .await;
    assert_eq!(
        refused.unwrap_err().code(),
        Code::PermissionDenied,
        "the convener records"
    );
    assert_eq!(
        reason(uphold(&room, &objection.name, hands(&[a, a], &[], &[])).await),
        "HAND_TWICE"
    );
    assert_eq!(
        reason(uphold(&room, &objection.name, hands(&[&room.secretary], &[], &[])).await),
        "NOT_ON_ROSTER",
        "the chair alone decides nothing"
    );
    check_out(e, &room.meeting).await.unwrap();
    assert_eq!(
        reason(uphold(&room, &objection.name, hands(&[a], &[], &[e])).await),
        "HAND_NOT_PRESENT"
    );
    check_in(e, &room.meeting).await.unwrap();
    assert_eq!(fields(&uphold(&room, &objection.name, None).await), ["hands"]);

    let upheld = uphold(&room, &objection.name, hands(&[a, c, d], &[b], &[e]))
        .await
        .unwrap();
    assert_eq!(upheld.state(), ClassObjectionState::Upheld);
    let shown = upheld.show_of_hands.unwrap();
    assert_eq!(
        (shown.present, shown.in_favour, shown.carried, shown.recorded_by),
        (5, 3, true, format!("users/{}", room.secretary.user()))
    );
    assert_eq!(
        reason(object(&room.units[2], &room.item, MatterClass::OwnersOrdinary).await),
        "CLASS_UPHELD",
        "not asked twice in one meeting"
    );
    assert_eq!(
        reason(uphold(&room, &objection.name, hands(&[a], &[], &[])).await),
        "OBJECTION_STATE"
    );
    assert_eq!(
        reason(withdraw(&room.units[1], &objection.name).await),
        "OBJECTION_STATE"
    );
    room.open_vote(&motion.name).await.unwrap();
    assert_eq!(
        reason(object(&room.units[2], &room.item, MatterClass::OwnersSpecial).await),
        "ITEM_VOTED"
    );
}

#[tokio::test]
async fn a_class_that_is_not_upheld_is_changed_and_needs_a_new_notice() {
    let room = Room::in_session(4).await;
    let motion = room.submit(&room.units[0]).await.unwrap();
    assert_eq!(
        reason(reclassify(&room, &room.item, MatterClass::OwnersOrdinary).await),
        "NOT_CONTESTED"
    );
    let objection = object(&room.units[1], &room.item, MatterClass::OwnersOrdinary)
        .await
        .unwrap();
    let [a, b, c, d] = &room.units[..] else { unreachable!() };
    let half = uphold(&room, &objection.name, hands(&[a, b], &[c, d], &[]))
        .await
        .unwrap();
    assert_eq!(half.state(), ClassObjectionState::NotUpheld, "half is no majority");
    assert_eq!(reason(room.open_vote(&motion.name).await), "MATTER_CLASS_CONTESTED");
    assert_eq!(
        reason(reclassify(&room, &room.item, MatterClass::ResourceSharing).await),
        "CLASS_SAME"
    );
    let changed = reclassify(&room, &room.item, MatterClass::OwnersOrdinary)
        .await
        .unwrap();
    assert_eq!(
        (
            changed.matter_class(),
            changed.reclassified_as(),
            changed.reclassify_reason.as_str()
        ),
        (MatterClass::ResourceSharing, MatterClass::OwnersOrdinary, "异议成立"),
        "what was noticed stands"
    );
    assert_eq!(reason(room.open_vote(&motion.name).await), "AGENDA_ITEM_NOT_NOTICED");
    assert_eq!(reason(room.submit(a).await), "AGENDA_ITEM_NOT_NOTICED");
    assert_eq!(
        reason(object(&room.units[1], &room.item, MatterClass::OwnersSpecial).await),
        "AGENDA_ITEM_NOT_NOTICED"
    );

    let elsewhere = create_body(&room.secretary, "另一联席会").await.unwrap().name;
    let foreign = create_meeting(&room.secretary, &elsewhere, "2026-04-13T07:00:00Z")
        .await
        .unwrap()
        .name;
    assert_eq!(reason(carry(&room, &room.item, &foreign).await), "OTHER_BODY");
    let next = create_meeting(&room.secretary, &room.body, "2026-04-13T07:00:00Z")
        .await
        .unwrap()
        .name;
    let carried = carry(&room, &room.item, &next).await.unwrap();
    assert_eq!(
        (
            carried.matter_class(),
            carried.carried_from.clone(),
            carried.title.clone(),
            carried.noticed
        ),
        (MatterClass::OwnersOrdinary, room.item.clone(), changed.title, false)
    );
    assert_eq!(item(&room, &room.item).await.carried_to, carried.name);
    assert_eq!(reason(carry(&room, &room.item, &next).await), "NOT_TO_BE_CARRIED");
    let list = ListClassObjectionsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let listed = a.competence().list_class_objections(list).await.unwrap().into_inner();
    assert_eq!(listed.class_objections.len(), 1);
    assert_eq!(listed.class_objections[0].state(), ClassObjectionState::Reclassified);
    let get = GetClassObjectionRequest { name: objection.name };
    assert_eq!(
        a.competence().get_class_objection(get).await.unwrap().into_inner(),
        listed.class_objections[0]
    );
}

#[tokio::test]
async fn an_affected_organization_objects_and_withdraws() {
    let room = Room::noticed(2).await;
    let company = room.organization(OrganizationKind::PropertyCompany, "物业公司");
    let company = room.appoint(company, "PROPERTY_COMPANY/MANAGER");
    let request = ObjectToMatterClassRequest {
        parent: room.item.clone(),
        matter_class: MatterClass::OwnersOrdinary.into(),
        reason: "涉及本公司合同".to_owned(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let one = company
        .competence()
        .object_to_matter_class(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = company
        .competence()
        .object_to_matter_class(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(one, again);
    assert_eq!(one.objector_display_name, "物业公司");
    let refused = withdraw(&room.units[0], &one.name).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
    let [a, b] = &room.units[..] else { unreachable!() };
    assert_eq!(
        reason(uphold(&room, &one.name, hands(&[a], &[], &[])).await),
        "MEETING_STATE",
        "the members decide in session"
    );
    assert_eq!(
        withdraw(&company, &one.name).await.unwrap().state(),
        ClassObjectionState::Withdrawn
    );
    room.open().await.unwrap();
    check_in(a, &room.meeting).await.unwrap();
    let two = object(a, &room.item, MatterClass::OwnersOrdinary).await.unwrap();
    assert_eq!(
        reason(uphold(&room, &two.name, hands(&[a], &[], &[])).await),
        "MEETING_NOT_QUORATE"
    );
    check_in(b, &room.meeting).await.unwrap();
    let left = room.organization(OrganizationKind::PropertyCompany, "已离开");
    let left = room.appoint(left, "PROPERTY_COMPANY/MANAGER");
    room.directory.end(&left.name());
    assert_eq!(
        reason(object(&left, &room.item, MatterClass::Coordination).await),
        "ORGANIZATION_NOT_A_MEMBER"
    );
    let request = ObjectToMatterClassRequest {
        parent: room.item.clone(),
        ..Default::default()
    };
    let refused = company.competence().object_to_matter_class(request).await;
    assert_eq!(fields(&refused), ["matter_class", "reason"]);
    let request = ReclassifyAgendaItemRequest {
        name: room.item.clone(),
        ..Default::default()
    };
    let refused = room.secretary.competence().reclassify_agenda_item(request).await;
    assert_eq!(fields(&refused), ["matter_class", "reason"]);
    room.close().await.unwrap();
    assert_eq!(
        reason(object(&company, &room.item, MatterClass::Coordination).await),
        "MEETING_STATE"
    );
    assert_eq!(
        reason(reclassify(&room, &room.item, MatterClass::Coordination).await),
        "MEETING_STATE"
    );
}

#[tokio::test]
async fn the_class_of_a_draft_is_changed_and_what_a_meeting_left_undecided_is_carried() {
    let room = Room::draft(2).await;
    object(&room.units[1], &room.item, MatterClass::Coordination)
        .await
        .unwrap();
    let changed = reclassify(&room, &room.item, MatterClass::Coordination).await.unwrap();
    assert_eq!(
        (changed.matter_class(), changed.reclassified_as()),
        (MatterClass::Coordination, MatterClass::Unspecified)
    );
    let decided = propose(&room.units[0], &room.meeting, "已决", MatterClass::Coordination)
        .await
        .unwrap()
        .name;
    let gone = propose(&room.units[0], &room.meeting, "撤回", MatterClass::Coordination)
        .await
        .unwrap()
        .name;
    let withdrawn = WithdrawAgendaItemRequest {
        name: gone.clone(),
        ..Default::default()
    };
    room.units[0].agenda().withdraw_agenda_item(withdrawn).await.unwrap();
    assert_eq!(
        reason(object(&room.units[1], &gone, MatterClass::Election).await),
        "AGENDA_ITEM_WITHDRAWN"
    );
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let motion = submit(&room.units[0], &room.meeting, &decided).await.unwrap();
    let vote = room.open_vote(&motion.name).await.unwrap();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    let next = create_meeting(&room.secretary, &room.body, "2026-04-13T07:00:00Z")
        .await
        .unwrap()
        .name;
    assert_eq!(
        reason(carry(&room, &room.item, &next).await),
        "NOT_TO_BE_CARRIED",
        "not over"
    );
    room.close().await.unwrap();
    for item in [&decided, &gone] {
        assert_eq!(reason(carry(&room, item, &next).await), "NOT_TO_BE_CARRIED");
    }
    assert_eq!(reason(carry(&room, &room.item, &room.meeting).await), "MEETING_STATE");
    let request = CarryAgendaItemRequest {
        name: room.item.clone(),
        meeting: next.clone(),
        request_id: room.ids.next::<uuid::Uuid>().to_string(),
    };
    let carried = room
        .secretary
        .competence()
        .carry_agenda_item(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = room
        .secretary
        .competence()
        .carry_agenda_item(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(carried, again);
    assert_eq!(carried.proposer, room.units[0].name());
    assert!(NEXT_MONDAY < "2026-04-13");
}

#[tokio::test]
async fn an_election_has_one_motion_for_each_candidate() {
    let room = Room::draft(2).await;
    let election = propose(&room.units[0], &room.meeting, "推选召集人", MatterClass::Election)
        .await
        .unwrap()
        .name;
    room.serve().await.unwrap();
    room.open().await.unwrap();
    for unit in &room.units {
        check_in(unit, &room.meeting).await.unwrap();
    }
    let stand = async |item: &str, candidate: &str| {
        let motion = Motion {
            agenda_item: item.to_owned(),
            text: "推选为召集人".to_owned(),
            candidate: candidate.to_owned(),
            ..Default::default()
        };
        let request = SubmitMotionRequest {
            parent: room.meeting.clone(),
            motion: Some(motion),
            ..Default::default()
        };
        room.units[0]
            .motions()
            .submit_motion(request)
            .await
            .map(tonic::Response::into_inner)
    };
    let (first, second) = (room.units[0].name(), format!("users/{}", room.units[1].user()));
    assert_eq!(reason(stand(&election, "").await), "CANDIDATE_REQUIRED");
    assert_eq!(reason(stand(&room.item, &first).await), "NOT_AN_ELECTION");
    let owner = format!(
        "{}/compounds/{}/owners/{}",
        crate::harness::PARENT,
        room.ids.next::<uuid::Uuid>(),
        room.ids.next::<uuid::Uuid>()
    );
    assert_eq!(fields(&stand(&election, &owner).await), ["motion.candidate"]);
    let one = stand(&election, &first).await.unwrap();
    let two = stand(&election, &second).await.unwrap();
    assert_eq!(
        (one.candidate.as_str(), two.candidate.as_str()),
        (first.as_str(), second.as_str())
    );
    assert_eq!(reason(stand(&election, &first).await), "CANDIDATE_EXISTS");
    let withdraw = WithdrawMotionRequest {
        name: two.name,
        ..Default::default()
    };
    room.units[0].motions().withdraw_motion(withdraw).await.unwrap();
    stand(&election, &second).await.unwrap();
    let vote = room.open_vote(&one.name).await.unwrap();
    for unit in &room.units {
        cast(unit, &vote.name, Choice::Yes).await.unwrap();
    }
    room.close_vote(&vote.name).await.unwrap();
    assert_eq!(room.motion(&one.name).await.state(), MotionState::Adopted);
}

#[tokio::test]
async fn hands_of_a_new_member_of_the_body_do_not_count_in_a_meeting_it_was_not_served_for() {
    let room = Room::in_session(2).await;
    let late = room.organization(OrganizationKind::ResidentUnit, "后来者");
    let late = room.appoint(late, "RESIDENT_UNIT/REPRESENTATIVE");
    add_member(&room.secretary, &room.body, &late.name()).await.unwrap();
    let objection = object(&late, &room.item, MatterClass::OwnersOrdinary).await.unwrap();
    assert_eq!(
        reason(uphold(&room, &objection.name, hands(&[&late], &[], &[])).await),
        "NOT_ON_ROSTER"
    );
}
