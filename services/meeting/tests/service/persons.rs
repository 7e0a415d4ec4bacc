use yihe_kernel::{OrganizationId, UserId};
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{House, PARENT, Party, fields, reason};
use crate::room::{NEXT_MONDAY, Room, ballots, cast, check_in, create_meeting, propose, quorum, submit};

/// A residents' council of persons who act for themselves.
pub struct Council {
    pub house: House,
    pub secretary: Party,
    pub body: String,
    pub members: Vec<Party>,
}

pub async fn create(by: &Party, kind: BodyKind) -> Result<Body, tonic::Status> {
    create_under(by, kind, "").await
}

async fn create_under(by: &Party, kind: BodyKind, rule_pack: &str) -> Result<Body, tonic::Status> {
    let body = Body {
        kind: kind.into(),
        display_name: "居民议事会".to_owned(),
        convener: by.name(),
        rule_pack: rule_pack.to_owned(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(body),
        ..Default::default()
    };
    Ok(by.bodies().create_body(request).await?.into_inner())
}

pub async fn add(by: &Party, request: AddBodyMemberRequest) -> Result<BodyMember, tonic::Status> {
    Ok(by.bodies().add_body_member(request).await?.into_inner())
}

pub fn person(body: &str, party: &Party) -> AddBodyMemberRequest {
    AddBodyMemberRequest {
        parent: body.to_owned(),
        member: format!("users/{}", party.user()),
        ..Default::default()
    }
}

pub fn by_name(body: &str, full_name: &str) -> AddBodyMemberRequest {
    AddBodyMemberRequest {
        parent: body.to_owned(),
        full_name: full_name.to_owned(),
        ..Default::default()
    }
}

async fn members(by: &Party, body: &str) -> Vec<BodyMember> {
    let request = ListBodyMembersRequest {
        parent: body.to_owned(),
        ..Default::default()
    };
    by.bodies()
        .list_body_members(request)
        .await
        .unwrap()
        .into_inner()
        .members
}

/// A person with a post somewhere, who acts for itself.
pub fn resident(house: &House) -> Party {
    let committee = house.organization(OrganizationKind::ResidentCommittee, "居委会");
    let appointed = house.appoint(committee, "RESIDENT_COMMITTEE/STAFF");
    house.party(appointed.principal, None)
}

impl Council {
    pub async fn of(number: usize) -> Self {
        Self::under("", number).await
    }

    /// Under rules that the body names.
    pub async fn under(rule_pack: &str, number: usize) -> Self {
        let house = House::new().await;
        let committee = house.organization(OrganizationKind::PartyCommittee, "北站社区党委");
        let secretary = house.appoint(committee, "PARTY_COMMITTEE/SECRETARY");
        let body = create_under(&secretary, BodyKind::ResidentsCouncil, rule_pack)
            .await
            .unwrap()
            .name;
        let members: Vec<_> = (0..number).map(|_| resident(&house)).collect();
        for member in &members {
            add(&secretary, person(&body, member)).await.unwrap();
        }
        Self {
            house,
            secretary,
            body,
            members,
        }
    }
}

impl Council {
    /// In session with an item, some of the members present.
    pub async fn in_session(self, present: usize) -> (Room, Vec<Party>) {
        let meeting = create_meeting(&self.secretary, &self.body, NEXT_MONDAY)
            .await
            .unwrap()
            .name;
        let item = propose(&self.members[0], &meeting, "楼道照明", MatterClass::Coordination)
            .await
            .unwrap();
        let room = Room {
            house: self.house,
            secretary: self.secretary,
            units: Vec::new(),
            body: self.body,
            meeting,
            item: item.name,
        };
        room.serve().await.unwrap();
        room.open().await.unwrap();
        for member in &self.members[..present] {
            check_in(member, &room.meeting).await.unwrap();
        }
        (room, self.members)
    }
}

#[tokio::test]
async fn persons_meet_vote_and_decide_under_their_own_names() {
    let council = Council::of(3).await;
    let meeting = create_meeting(&council.secretary, &council.body, NEXT_MONDAY)
        .await
        .unwrap()
        .name;
    let [first, second, third] = &council.members[..] else {
        panic!()
    };
    let item = propose(first, &meeting, "楼道照明", MatterClass::Coordination)
        .await
        .unwrap();
    assert_eq!(
        (item.proposer.as_str(), item.proposer_display_name.as_str()),
        (first.principal.to_string().as_str(), "")
    );
    let room = Room {
        house: council.house,
        secretary: council.secretary,
        units: Vec::new(),
        body: council.body,
        meeting,
        item: item.name,
    };
    let notice = room.serve().await.unwrap();
    let expected: Vec<_> = [first, second, third]
        .iter()
        .map(|member| member.principal.to_string())
        .collect();
    let mut rostered: Vec<_> = notice.roster.iter().map(|entry| entry.member.clone()).collect();
    rostered.sort();
    assert_eq!(rostered, expected);
    assert!(
        notice
            .roster
            .iter()
            .all(|entry| entry.organization.is_empty() && entry.heads == 1 && entry.display_name.is_empty())
    );
    let acknowledge = AcknowledgeNoticeRequest {
        name: room.meeting.clone(),
    };
    let acknowledged = second
        .meetings()
        .acknowledge_notice(acknowledge)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(acknowledged.member, second.principal.to_string());

    room.open().await.unwrap();
    for member in [first, second] {
        let presence = check_in(member, &room.meeting).await.unwrap();
        assert_eq!(
            (&presence.member, presence.organization.as_str()),
            (&presence.representative, "")
        );
    }
    let now = quorum(first, &room.meeting).await.unwrap();
    assert_eq!((now.present, now.met, now.present_members.len()), (2, true, 2));
    assert!(now.organizations.is_empty());
    let motion = submit(first, &room.meeting, &room.item).await.unwrap();
    assert_eq!(motion.mover, first.principal.to_string());
    let vote = room.open_vote(&motion.name).await.unwrap();
    for member in [first, second] {
        let ballot = cast(member, &vote.name, Choice::Yes).await.unwrap();
        assert_eq!(ballot.member, member.principal.to_string());
    }
    assert_eq!(reason(cast(third, &vote.name, Choice::Yes).await), "NOT_ELIGIBLE");
    assert_eq!(reason(cast(first, &vote.name, Choice::No).await), "ALREADY_VOTED");
    let closed = room.close_vote(&vote.name).await.unwrap();
    assert_eq!(closed.tally.unwrap().verdict(), TallyVerdict::Adopted);
    assert_eq!(ballots(third, &vote.name).await.len(), 2);
}

#[tokio::test]
async fn acting_for_an_organization_is_not_acting_for_oneself() {
    let council = Council::of(1).await;
    let meeting = create_meeting(&council.secretary, &council.body, NEXT_MONDAY)
        .await
        .unwrap()
        .name;
    let member = &council.members[0];
    let request = GetMeetingRequest { name: meeting.clone() };
    member.meetings().get_meeting(request.clone()).await.unwrap();
    let list = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let seen = async |party: &Party| {
        let listed = party.meetings().list_meetings(list.clone()).await.unwrap().into_inner();
        listed.meetings.len()
    };
    assert_eq!(seen(member).await, 1);
    let organization: OrganizationId = council.house.organization(OrganizationKind::ResidentUnit, "单位");
    let as_unit = council
        .house
        .appoint_also(member.user(), organization, "RESIDENT_UNIT/REPRESENTATIVE");
    assert_eq!(
        reason(as_unit.meetings().get_meeting(request).await),
        "PERMISSION_DENIED"
    );
    assert_eq!(seen(&as_unit).await, 0);
    let stranger = resident(&council.house);
    assert_eq!(seen(&stranger).await, 0);
}

#[tokio::test]
async fn persons_without_an_account_are_entered_by_name_and_the_name_can_be_erased() {
    let council = Council::of(1).await;
    let (secretary, body) = (&council.secretary, &council.body);
    let request = AddBodyMemberRequest {
        group: "OWNER_REPRESENTATIVES".to_owned(),
        request_id: council.house.ids.next::<uuid::Uuid>().to_string(),
        ..by_name(body, "陈秀英")
    };
    let added = add(secretary, request.clone()).await.unwrap();
    assert_eq!(
        (
            added.display_name.as_str(),
            added.group.as_str(),
            added.organization.as_str()
        ),
        ("陈秀英", "OWNER_REPRESENTATIVES", "")
    );
    assert!(added.member.starts_with("users/") && added.name.ends_with(&added.member[6..]));
    assert_eq!(add(secretary, request).await.unwrap(), added, "once for one request id");
    let names = async || -> Vec<String> {
        let listed = members(secretary, body).await;
        listed.into_iter().map(|member| member.display_name).collect()
    };
    assert_eq!(names().await, ["", "陈秀英"]);

    let erase = EraseBodyMemberNameRequest {
        name: added.name.clone(),
    };
    for _ in 0..2 {
        let erased = secretary.bodies().erase_body_member_name(erase.clone()).await.unwrap();
        assert_eq!(erased.into_inner().display_name, "");
    }
    assert_eq!(names().await, ["", ""]);
    let told = council.house.started.feed.after(0, 1000).await.unwrap();
    assert_eq!(
        told.iter()
            .filter(|event| event.kind.ends_with("PersonNameErased"))
            .count(),
        1
    );
    assert!(
        told.iter()
            .all(|event| !String::from_utf8_lossy(&event.payload).contains("陈秀英")
                && !event.subject.contains("陈秀英"))
    );
    let unknown = EraseBodyMemberNameRequest {
        name: format!("{body}/members/{}", council.house.ids.next::<UserId>()),
    };
    assert_eq!(
        reason(secretary.bodies().erase_body_member_name(unknown).await),
        "RESOURCE_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_body_takes_the_members_of_its_kind_once() {
    let council = Council::of(1).await;
    let (secretary, house) = (&council.secretary, &council.house);
    let unit = format!(
        "organizations/{}",
        house.organization(OrganizationKind::ResidentUnit, "单位")
    );
    let organization = |body: &str| AddBodyMemberRequest {
        parent: body.to_owned(),
        member: unit.clone(),
        ..Default::default()
    };
    let member = &council.members[0];
    assert_eq!(
        reason(add(secretary, organization(&council.body)).await),
        "BODY_MEMBER_KIND"
    );
    assert_eq!(
        reason(add(secretary, person(&council.body, member)).await),
        "BODY_MEMBER_EXISTS"
    );

    let conference = create(secretary, BodyKind::JointConference).await.unwrap().name;
    assert_eq!(
        reason(add(secretary, person(&conference, member)).await),
        "BODY_MEMBER_KIND"
    );
    assert_eq!(
        reason(add(secretary, by_name(&conference, "陈秀英")).await),
        "BODY_MEMBER_KIND"
    );
    let added = add(secretary, organization(&conference)).await.unwrap();
    assert_eq!((&added.organization, &added.member), (&unit, &unit));
    let erase = EraseBodyMemberNameRequest { name: added.name };
    assert_eq!(
        reason(secretary.bodies().erase_body_member_name(erase).await),
        "BODY_MEMBER_KIND"
    );
}

#[tokio::test]
async fn a_tea_party_has_organizations_and_persons_and_takes_no_votes() {
    let council = Council::of(1).await;
    let (secretary, house) = (&council.secretary, &council.house);
    let briefing = create(secretary, BodyKind::PartyBriefing).await.unwrap().name;
    let unit = house.organization(OrganizationKind::ResidentUnit, "单位");
    let unit = house.appoint(unit, "RESIDENT_UNIT/REPRESENTATIVE");
    crate::room::add_member(secretary, &briefing, &unit.name())
        .await
        .unwrap();
    let delegate = &council.members[0];
    add(secretary, person(&briefing, delegate)).await.unwrap();
    let meeting = create_meeting(secretary, &briefing, NEXT_MONDAY).await.unwrap().name;
    let item = propose(&unit, &meeting, "年度计划", MatterClass::Coordination)
        .await
        .unwrap();
    let room = Room {
        house: council.house,
        secretary: council.secretary.clone(),
        units: Vec::new(),
        body: briefing,
        meeting,
        item: item.name,
    };
    assert_eq!(room.serve().await.unwrap().roster.len(), 2);
    room.open().await.unwrap();
    check_in(&unit, &room.meeting).await.unwrap();
    check_in(delegate, &room.meeting).await.unwrap();
    assert!(quorum(delegate, &room.meeting).await.unwrap().met);
    assert_eq!(reason(room.submit(delegate).await), "AGENDA_ITEM_NOT_FOR_DECISION");
}

#[tokio::test]
async fn an_owners_assembly_belongs_to_a_compound_and_lists_nobody_by_hand() {
    let council = Council::of(1).await;
    let (secretary, house) = (&council.secretary, &council.house);
    let compound = format!("{PARENT}/compounds/{}", house.ids.next::<uuid::Uuid>());
    let request = |kind: BodyKind, compound: &str| CreateBodyRequest {
        parent: PARENT.to_owned(),
        body: Some(Body {
            kind: kind.into(),
            display_name: "业主大会".to_owned(),
            convener: secretary.name(),
            compound: compound.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = secretary
        .bodies()
        .create_body(request(BodyKind::OwnersAssembly, ""))
        .await;
    assert_eq!(fields(&refused), ["body.compound"]);
    let refused = secretary
        .bodies()
        .create_body(request(BodyKind::JointConference, &compound))
        .await;
    assert_eq!(fields(&refused), ["body.compound"]);
    let made = secretary
        .bodies()
        .create_body(request(BodyKind::OwnersAssembly, &compound))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(made.compound, compound);
    for request in [person(&made.name, &council.members[0]), by_name(&made.name, "陈秀英")] {
        assert_eq!(reason(add(secretary, request).await), "BODY_MEMBERS_REGISTERED");
    }
}

#[tokio::test]
async fn every_bad_field_of_a_member_is_named() {
    let council = Council::of(1).await;
    let refused = add(
        &council.secretary,
        AddBodyMemberRequest {
            full_name: "长".repeat(51),
            group: "a\u{7}b".to_owned(),
            request_id: "x".to_owned(),
            ..by_name(&council.body, "")
        },
    )
    .await;
    assert_eq!(fields(&refused), ["request_id", "full_name", "group"]);
    let neither = add(&council.secretary, by_name(&council.body, "")).await;
    assert_eq!(fields(&neither), ["member"]);
    let organization = council.secretary.name();
    let both = AddBodyMemberRequest {
        parent: council.body.clone(),
        organization: organization.clone(),
        member: organization.clone(),
        ..Default::default()
    };
    assert_eq!(fields(&add(&council.secretary, both).await), ["member"]);
    let named = AddBodyMemberRequest {
        member: organization,
        ..by_name(&council.body, "陈秀英")
    };
    assert_eq!(fields(&add(&council.secretary, named).await), ["full_name"]);
}
