use std::collections::BTreeMap;

use tonic::{Code, Status};
use tonic_types::StatusExt;
use yihe_proto::directory::v1::OrganizationKind;
use yihe_proto::meeting::v1::*;

use crate::harness::{PARENT, Party, reason};
use crate::room::{Room, cast, create_body, create_meeting, propose};

/// What a stranger is told about a target that exists and about one that does not must be the same.
#[tokio::test]
async fn existing_and_missing_targets_are_refused_alike() {
    let (room, vote) = Room::voting(2).await;
    cast(&room.units[0], &vote.name, Choice::Yes).await.unwrap();
    let company = room.organization(OrganizationKind::PropertyCompany, "物业公司");
    let company = room.appoint(company, "PROPERTY_COMPANY/MANAGER");
    let missing = |name: &str| {
        let (collection, _) = name.rsplit_once('/').unwrap();
        format!("{collection}/{}", room.ids.next::<uuid::Uuid>())
    };
    for name in [&room.body, &room.meeting, &room.item, &vote.motion, &vote.name] {
        let (there, absent) = (read(&company, name).await, read(&company, &missing(name)).await);
        for ((rpc, there), (_, absent)) in there.into_iter().zip(absent) {
            let there = there.expect_err(rpc);
            assert_eq!(there.code(), Code::PermissionDenied, "{rpc}");
            assert_eq!(told(&there), told(&absent.expect_err(rpc)), "{rpc}");
        }
        for (rpc, read) in read(&room.units[0], name).await {
            read.expect(rpc);
        }
        for (rpc, absent) in read(&room.secretary, &missing(name)).await {
            assert_eq!(absent.expect_err(rpc).code(), Code::NotFound, "{rpc}");
        }
    }
}

/// Everything a refusal tells, apart from the order of its metadata.
fn told(status: &Status) -> (Code, String, BTreeMap<String, String>) {
    let info = status.get_error_details().error_info().cloned().unwrap();
    (
        status.code(),
        status.message().to_owned(),
        info.metadata.into_iter().collect(),
    )
}

macro_rules! asked {
    ($($rpc:ident: $call:expr;)+) => {
        vec![$((stringify!($rpc), $call.await.map(|_| ()))),+]
    };
}

/// Every read of a resource and of what is below it.
async fn read(by: &Party, name: &str) -> Vec<(&'static str, Result<(), Status>)> {
    let name = name.to_owned();
    let parent = name.clone();
    match name.split('/').rev().nth(1) {
        Some("bodies") => asked! {
            GetBody: by.bodies().get_body(GetBodyRequest { name });
            ListBodyMembers: by.bodies().list_body_members(ListBodyMembersRequest { parent, ..Default::default() });
        },
        Some("meetings") => asked! {
            GetMeeting: by.meetings().get_meeting(GetMeetingRequest { name: name.clone() });
            GetNotice: by.meetings().get_notice(GetNoticeRequest { name: name.clone() });
            GetQuorum: by.meetings().get_quorum(GetQuorumRequest { name: name.clone() });
            WatchMeeting: by.meetings().watch_meeting(WatchMeetingRequest { name, after_position: 0 });
            ListMotions: by.motions().list_motions(ListMotionsRequest { parent: parent.clone(), ..Default::default() });
            ListAgendaItems: by.agenda().list_agenda_items(ListAgendaItemsRequest { parent: parent.clone(), ..Default::default() });
            ListVotes: by.votes().list_votes(ListVotesRequest { parent, ..Default::default() });
        },
        Some("agendaItems") => asked! { GetAgendaItem: by.agenda().get_agenda_item(GetAgendaItemRequest { name }); },
        Some("motions") => asked! { GetMotion: by.motions().get_motion(GetMotionRequest { name }); },
        Some("votes") => asked! {
            GetVote: by.votes().get_vote(GetVoteRequest { name });
            ListBallots: by.votes().list_ballots(ListBallotsRequest { parent, ..Default::default() });
        },
        other => panic!("no reads of {other:?}"),
    }
}

#[tokio::test]
async fn lists_show_what_the_caller_takes_part_in_or_convenes() {
    let room = Room::draft(2).await;
    let committee = room.organization(OrganizationKind::ResidentCommittee, "居委会");
    let director = room.appoint(committee, "RESIDENT_COMMITTEE/DIRECTOR");
    let own = create_body(&director, "居委会联席会").await.unwrap();
    let meeting = create_meeting(&director, &own.name, crate::room::NEXT_MONDAY)
        .await
        .unwrap();
    let other = director.name();
    let refused = create_meeting(&director, &room.body, crate::room::NEXT_MONDAY).await;
    assert_eq!(
        reason(refused),
        "PERMISSION_DENIED",
        "{other} does not convene that body"
    );

    let list = ListBodiesRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let names = async |by: &Party| {
        let bodies = by.bodies().list_bodies(list.clone()).await.unwrap().into_inner().bodies;
        bodies.into_iter().map(|body| body.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&room.secretary).await, [room.body.clone(), own.name.clone()]);
    assert_eq!(names(&room.units[0]).await, [room.body.as_str()]);
    assert_eq!(names(&director).await, [own.name.as_str()]);

    let list = ListMeetingsRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let names = async |by: &Party| {
        let meetings = by
            .meetings()
            .list_meetings(list.clone())
            .await
            .unwrap()
            .into_inner()
            .meetings;
        meetings.into_iter().map(|meeting| meeting.name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&room.secretary).await,
        [meeting.name.clone(), room.meeting.clone()],
        "newest first"
    );
    assert_eq!(names(&room.units[1]).await, [room.meeting.as_str()]);
    assert_eq!(names(&director).await, [meeting.name.as_str()]);
    let of_body = ListMeetingsRequest {
        body: own.name,
        ..list.clone()
    };
    let of_body = room
        .secretary
        .meetings()
        .list_meetings(of_body)
        .await
        .unwrap()
        .into_inner()
        .meetings;
    assert_eq!(of_body.len(), 1);
}

#[tokio::test]
async fn a_list_below_a_meeting_can_be_limited_to_what_one_owns() {
    let room = Room::draft(2).await;
    let helpers = room.organization(OrganizationKind::SocialOrganization, "义工联");
    let staff = room.appoint(helpers, "SOCIAL_ORGANIZATION/STAFF");
    let list = ListAgendaItemsRequest {
        parent: room.meeting.clone(),
        ..Default::default()
    };
    let none = staff
        .agenda()
        .list_agenda_items(list.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(none.agenda_items.is_empty());
    let lead = room.appoint(helpers, "PARTY_COMMITTEE/SECRETARY");
    let item = propose(&lead, &room.meeting, "义工时", MatterClass::Coordination)
        .await
        .unwrap();
    let own = staff
        .agenda()
        .list_agenda_items(list)
        .await
        .unwrap()
        .into_inner()
        .agenda_items;
    assert_eq!(own, [item]);
}

#[tokio::test]
async fn a_call_without_the_gateways_word_is_refused() {
    let room = Room::draft(1).await;
    let link = yihe_server::Link::Local(room.started.routes.clone());
    let mut client = body_service_client::BodyServiceClient::new(link);
    let refused = client
        .get_body(GetBodyRequest {
            name: room.body.clone(),
        })
        .await;
    assert_eq!(
        (refused.as_ref().unwrap_err().code(), reason(refused).as_str()),
        (Code::Unauthenticated, "UNAUTHENTICATED")
    );
}
