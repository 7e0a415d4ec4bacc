//! Groups that are counted apart: the property management committee of Beijing.

use tonic::Status;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{BEIJING, House, Party, detail, reason};
use crate::persons::{add, person, resident};
use crate::room::{NEXT_MONDAY, Room, cast, check_in, instant, propose, submit};

const REPRESENTATIVES: &str = "OWNER_REPRESENTATIVES";

/// A committee in Beijing of five, so many of whom are owners' representatives, its notice not yet served.
async fn committee(representatives: usize) -> (Room, Vec<Party>) {
    let house = House::new().await;
    let office = house.organization(OrganizationKind::PartyCommittee, "街道办事处");
    let secretary = house.appoint(office, "PARTY_COMMITTEE/SECRETARY");
    let parent = format!("communities/{BEIJING}");
    let request = CreateBodyRequest {
        parent: parent.clone(),
        body: Some(Body {
            kind: BodyKind::OwnersCommitteeMeeting.into(),
            display_name: "物业管理委员会".to_owned(),
            convener: secretary.name(),
            rule_pack: "cn.beijing.property-management-committee".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.bodies().create_body(request).await.unwrap().into_inner().name;
    let members: Vec<_> = (0..5).map(|_| resident(&house)).collect();
    for (place, member) in members.iter().enumerate() {
        let request = AddBodyMemberRequest {
            group: if place < representatives { REPRESENTATIVES } else { "" }.to_owned(),
            ..person(&body, member)
        };
        add(&secretary, request).await.unwrap();
    }
    let request = CreateMeetingRequest {
        parent,
        meeting: Some(Meeting {
            body: body.clone(),
            title: "三月例会".to_owned(),
            start_time: Some(instant(NEXT_MONDAY)),
            ..Default::default()
        }),
        ..Default::default()
    };
    let meeting = secretary
        .meetings()
        .create_meeting(request)
        .await
        .unwrap()
        .into_inner()
        .name;
    let item = propose(&members[0], &meeting, "电梯维保", MatterClass::Coordination)
        .await
        .unwrap()
        .name;
    let room = Room {
        house,
        secretary,
        units: Vec::new(),
        body,
        meeting,
        item,
    };
    (room, members)
}

async fn decide(room: &Room, members: &[Party], choices: [Choice; 5]) -> Result<Vote, Status> {
    let motion = submit(&members[0], &room.meeting, &room.item).await?;
    let vote = room.open_vote(&motion.name).await?;
    for (member, choice) in members.iter().zip(choices) {
        cast(member, &vote.name, choice).await?;
    }
    room.close_vote(&vote.name).await
}

#[tokio::test]
async fn more_than_half_of_all_and_more_than_half_of_the_owners_representatives() {
    use Choice::{No, Yes};
    let (room, members) = committee(3).await;
    let notice = room.serve().await.unwrap();
    let grouped = notice.roster.iter().filter(|entry| entry.group == REPRESENTATIVES);
    assert_eq!(grouped.count(), 3);
    room.open().await.unwrap();
    for member in &members {
        check_in(member, &room.meeting).await.unwrap();
    }
    let both = decide(&room, &members, [Yes, Yes, No, Yes, No])
        .await
        .unwrap()
        .tally
        .unwrap();
    assert_eq!(both.verdict(), TallyVerdict::Adopted);
    let numbers = |tally: &Tally| -> Vec<_> {
        tally
            .tests
            .iter()
            .map(|test| (test.counted, test.out_of, test.met))
            .collect()
    };
    assert!(numbers(&both).ends_with(&[(3, 5, true), (2, 3, true)]), "{both:?}");
    assert!(
        both.tests.iter().any(|test| test.text_zh.contains("业主代表")),
        "{both:?}"
    );

    let of_all = decide(&room, &members, [Yes, No, No, Yes, Yes])
        .await
        .unwrap()
        .tally
        .unwrap();
    assert_eq!(of_all.verdict(), TallyVerdict::Rejected);
    assert!(numbers(&of_all).ends_with(&[(3, 5, true), (1, 3, false)]), "{of_all:?}");
}

#[tokio::test]
async fn without_anybody_in_a_group_that_counts_apart_no_notice_is_served() {
    let (room, members) = committee(0).await;
    let refused = room.serve().await;
    assert_eq!(detail(&refused, "group"), REPRESENTATIVES);
    assert_eq!(reason(refused), "GROUP_EMPTY");
    assert_eq!(room.get().await.state(), MeetingState::Draft);
    let remove = RemoveBodyMemberRequest {
        name: format!("{}/members/{}", room.body, members[4].user()),
        ..Default::default()
    };
    room.secretary.bodies().remove_body_member(remove).await.unwrap();
    let request = AddBodyMemberRequest {
        group: REPRESENTATIVES.to_owned(),
        ..person(&room.body, &members[4])
    };
    add(&room.secretary, request).await.unwrap();
    room.serve().await.unwrap();
}
