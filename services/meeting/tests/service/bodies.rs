use tonic::Code;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{ELSEWHERE, House, PARENT, Party, fields, reason};
use crate::room::{Room, add_member, create_body};

fn body(convener: &str) -> Body {
    Body {
        kind: BodyKind::JointConference.into(),
        display_name: "联席会议".to_owned(),
        convener: convener.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_body_takes_the_default_rules_of_its_kind_and_only_rules_that_exist() {
    let room = Room::draft(1).await;
    let convener = room.secretary.name();
    let create = async |body: Body| {
        let request = CreateBodyRequest {
            parent: PARENT.to_owned(),
            body: Some(body),
            ..Default::default()
        };
        room.secretary.bodies().create_body(request).await
    };
    let made = create(body(&convener)).await.unwrap().into_inner();
    assert_eq!(
        (made.rule_pack.as_str(), made.etag.as_str()),
        ("cn.joint-conference.default", "1")
    );
    let unknown = Body {
        rule_pack: "cn.unheard-of".to_owned(),
        ..body(&convener)
    };
    assert_eq!(reason(create(unknown).await), "RULE_PACK_UNKNOWN");
    let other = Body {
        rule_pack: "cn.owners-assembly.civil-code-278".to_owned(),
        ..body(&convener)
    };
    assert_eq!(reason(create(other).await), "RULE_PACK_UNKNOWN");
    let stranger = format!("organizations/{}", room.ids.next::<yihe_kernel::OrganizationId>());
    assert_eq!(reason(create(body(&stranger)).await), "ORGANIZATION_NOT_A_MEMBER");
}

#[tokio::test]
async fn every_bad_field_of_a_body_is_named() {
    let room = Room::draft(1).await;
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(Body {
            display_name: "a\u{7}b".to_owned(),
            kind: 99,
            ..body(&room.secretary.name())
        }),
        request_id: "not a uuid".to_owned(),
    };
    let refused = room.secretary.bodies().create_body(request).await;
    assert_eq!(fields(&refused), ["request_id", "body.kind", "body.display_name"]);
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    assert_eq!(fields(&room.secretary.bodies().create_body(request).await), ["body"]);
    let owners = Body {
        kind: BodyKind::OwnersAssembly.into(),
        ..body(&room.secretary.name())
    };
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(owners),
        ..Default::default()
    };
    assert_eq!(
        fields(&room.secretary.bodies().create_body(request).await),
        ["body.compound"]
    );
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(body("organizations/x")),
        ..Default::default()
    };
    assert_eq!(
        reason(room.secretary.bodies().create_body(request).await),
        "MALFORMED_NAME"
    );
}

#[tokio::test]
async fn members_join_once_leave_once_and_may_come_back() {
    let room = Room::draft(2).await;
    let unit = room.units[1].name();
    assert_eq!(
        reason(add_member(&room.secretary, &room.body, &unit).await),
        "BODY_MEMBER_EXISTS"
    );
    let name = format!("{}/members/{}", room.body, room.units[1].organization.unwrap());
    let remove = async || {
        room.secretary
            .bodies()
            .remove_body_member(RemoveBodyMemberRequest { name: name.clone() })
            .await
    };
    assert!(remove().await.unwrap().into_inner().end_time.is_some());
    assert_eq!(reason(remove().await), "BODY_MEMBER_ENDED");
    room.directory.rename(&unit, "新名称");
    let again = add_member(&room.secretary, &room.body, &unit).await.unwrap();
    assert_eq!((again.display_name.as_str(), again.end_time), ("新名称", None));
    room.directory.end(&unit);
    remove().await.unwrap();
    assert_eq!(
        reason(add_member(&room.secretary, &room.body, &unit).await),
        "ORGANIZATION_NOT_A_MEMBER"
    );
    let never = format!("{}/members/{}", room.body, room.secretary.organization.unwrap());
    let refused = room
        .secretary
        .bodies()
        .remove_body_member(RemoveBodyMemberRequest { name: never })
        .await;
    assert_eq!(reason(refused), "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn lists_are_paged_and_a_token_is_good_for_its_own_list() {
    let room = Room::draft(5).await;
    let page = async |parent: &str, page_token: &str| {
        let request = ListBodyMembersRequest {
            parent: parent.to_owned(),
            page_size: 2,
            page_token: page_token.to_owned(),
        };
        room.secretary.bodies().list_body_members(request).await
    };
    let (mut token, mut seen, mut pages) = (String::new(), Vec::new(), 0);
    loop {
        let answer = page(&room.body, &token).await.unwrap().into_inner();
        seen.extend(answer.members.into_iter().map(|member| member.organization));
        token = answer.next_page_token;
        pages += 1;
        if token.is_empty() {
            break;
        }
    }
    let joined: Vec<_> = room.units.iter().map(Party::name).collect();
    assert_eq!((seen, pages), (joined, 3));
    let first = page(&room.body, "").await.unwrap().into_inner().next_page_token;
    let other = create_body(&room.secretary, "另一机构").await.unwrap().name;
    assert_eq!(reason(page(&other, &first).await), "PAGE_TOKEN_INVALID");
    assert_eq!(reason(page(&room.body, "garbage").await), "PAGE_TOKEN_INVALID");
    let request = ListBodiesRequest {
        parent: PARENT.to_owned(),
        page_size: -1,
        ..Default::default()
    };
    assert_eq!(
        fields(&room.secretary.bodies().list_bodies(request).await),
        ["page_size"]
    );
    let request = ListBodiesRequest {
        parent: PARENT.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let first = room
        .secretary
        .bodies()
        .list_bodies(request.clone())
        .await
        .unwrap()
        .into_inner();
    let request = ListBodiesRequest {
        page_token: first.next_page_token,
        ..request
    };
    let second = room.secretary.bodies().list_bodies(request).await.unwrap().into_inner();
    let names: Vec<_> = first
        .bodies
        .iter()
        .chain(&second.bodies)
        .map(|body| body.name.as_str())
        .collect();
    assert_eq!(
        (names, second.next_page_token.as_str()),
        (vec![room.body.as_str(), other.as_str()], "")
    );
}

#[tokio::test]
async fn a_request_id_has_one_effect_and_one_body() {
    let house = House::new().await;
    let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
    let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
    let request_id = house.ids.next::<uuid::Uuid>().to_string();
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(body(&secretary.name())),
        request_id: request_id.clone(),
    };
    let first = secretary
        .bodies()
        .create_body(request.clone())
        .await
        .unwrap()
        .into_inner();
    // even when it could not be created any more
    house.directory.end(&secretary.name());
    let again = secretary
        .bodies()
        .create_body(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, again);
    let other = Body {
        display_name: "别的".to_owned(),
        ..body(&secretary.name())
    };
    let refused = secretary
        .bodies()
        .create_body(CreateBodyRequest {
            body: Some(other),
            ..request
        })
        .await;
    assert_eq!(reason(refused), "REQUEST_ID_REUSED");
    let list = ListBodiesRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    assert_eq!(
        secretary
            .bodies()
            .list_bodies(list)
            .await
            .unwrap()
            .into_inner()
            .bodies
            .len(),
        1
    );
}

#[tokio::test]
async fn names_are_of_one_community_and_well_formed() {
    let room = Room::draft(1).await;
    let id = room.body.rsplit('/').next().unwrap();
    let elsewhere = format!("{ELSEWHERE}/bodies/{id}");
    let request = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        body: elsewhere.clone(),
        ..Default::default()
    };
    assert_eq!(
        reason(room.secretary.meetings().list_meetings(request).await),
        "TWO_COMMUNITIES"
    );
    let refused = room
        .secretary
        .bodies()
        .get_body(GetBodyRequest {
            name: format!("{PARENT}/bodies/1"),
        })
        .await;
    assert_eq!(
        (refused.as_ref().unwrap_err().code(), reason(refused).as_str()),
        (Code::InvalidArgument, "MALFORMED_NAME")
    );
    let refused = room
        .secretary
        .bodies()
        .get_body(GetBodyRequest {
            name: room.meeting.clone(),
        })
        .await;
    assert_eq!(reason(refused), "MALFORMED_NAME");
    // the secretary of one community is nobody in another
    let refused = room
        .secretary
        .bodies()
        .get_body(GetBodyRequest { name: elsewhere })
        .await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
}
