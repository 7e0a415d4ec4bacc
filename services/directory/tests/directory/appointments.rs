use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::levels::{DISTRICT, establish};
use crate::node::{COMMUNITY, Who, fields, told};
use crate::world::{Person, World, enrol, invitation};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn appoint(user: &str, organization: &str, post: Post) -> pb::CreateAppointmentRequest {
    pb::CreateAppointmentRequest {
        parent: COMMUNITY.into(),
        user: user.into(),
        organization: organization.into(),
        post: post.into(),
        ..Default::default()
    }
}

fn end(name: &str, etag: &str) -> pb::EndAppointmentRequest {
    pb::EndAppointmentRequest {
        name: name.into(),
        etag: etag.into(),
    }
}

/// The manager of a unit, acting for it, and the unit.
async fn manager(world: &World, display_name: &str, login: &str) -> (Person, String) {
    let unit = world.register(OrganizationKind::ResidentUnit, display_name).await;
    (world.enrol(&unit, Post::Manager, login).await, unit)
}

#[tokio::test]
async fn a_cross_appointment_has_a_term() {
    let world = World::start().await;
    let node = &world.node;
    let (chen, _) = manager(&world, "深圳北站", "chen").await;
    let start = node.now().plus_days(1);
    let request = pb::CreateAppointmentRequest {
        start_time: Some(start.to_proto()),
        end_time: Some(start.plus_days(1).to_proto()),
        request_id: UUID.into(),
        ..appoint(&chen.user, &world.committee, Post::Member)
    };
    let made: pb::Appointment = node.call(&world.secretary, request.clone()).await.unwrap();
    assert!(!made.in_force);
    let again: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(again.name, made.name);
    assert_eq!(
        node.revisions.read(&made.revision).unwrap().1.directory,
        node.sequence().await
    );

    let get = || pb::GetAppointmentRequest {
        name: made.name.clone(),
    };
    node.clock.advance_seconds(86_400);
    assert!(
        node.call::<_, pb::Appointment>(&world.secretary, get())
            .await
            .unwrap()
            .in_force
    );
    node.clock.advance_seconds(86_400);
    assert!(
        !node
            .call::<_, pb::Appointment>(&world.secretary, get())
            .await
            .unwrap()
            .in_force,
        "it lapsed by itself"
    );
    assert_eq!(
        node.refused::<pb::Appointment, _>(&world.secretary, end(&made.name, ""))
            .await,
        "APPOINTMENT_ENDED"
    );
}

#[tokio::test]
async fn appointing_and_inviting_are_refused_with_their_reasons() {
    let world = World::start().await;
    let node = &world.node;
    let (chen, unit) = manager(&world, "深圳北站", "chen").await;
    let appointed = async |request| node.refused::<pb::Appointment, _>(&world.secretary, request).await;
    let invited = async |request| {
        node.refused::<pb::CreateInvitationResponse, _>(&world.secretary, request)
            .await
    };
    let nobody = format!("users/{UUID}");
    let nowhere = format!("organizations/{UUID}");
    assert_eq!(appointed(appoint(&nobody, &unit, Post::Staff)).await, "USER_NOT_FOUND");
    assert_eq!(
        appointed(appoint(&chen.user, &nowhere, Post::Staff)).await,
        "ORGANIZATION_NOT_A_MEMBER"
    );
    assert_eq!(
        invited(invitation(&nowhere, Post::Staff, "某人")).await,
        "ORGANIZATION_NOT_A_MEMBER"
    );
    assert_eq!(
        appointed(appoint(&chen.user, &unit, Post::Secretary)).await,
        "POST_NOT_IN_KIND"
    );
    assert_eq!(
        invited(invitation(&unit, Post::Owner, "某人")).await,
        "POST_NOT_IN_KIND"
    );
    assert_eq!(
        appointed(appoint(&chen.user, &world.committee, Post::Secretary)).await,
        "POST_FILLED"
    );
    assert_eq!(
        invited(invitation(&world.committee, Post::Secretary, "某人")).await,
        "POST_FILLED"
    );
    assert_eq!(
        appointed(appoint(&chen.user, &unit, Post::Manager)).await,
        "POST_FILLED",
        "held by the same person"
    );
    let over = Some(node.now().to_proto());
    let empty = pb::CreateAppointmentRequest {
        end_time: over,
        ..appoint(&chen.user, &unit, Post::Staff)
    };
    assert_eq!(appointed(empty).await, "TERM_EMPTY");
    let empty = pb::CreateInvitationRequest {
        end_time: over,
        ..invitation(&unit, Post::Staff, "某人")
    };
    assert_eq!(invited(empty).await, "TERM_EMPTY");
    assert_eq!(
        appointed(appoint("users/x", &unit, Post::Staff)).await,
        "MALFORMED_NAME"
    );
    let bad = pb::CreateInvitationRequest {
        end_time: Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        }),
        ..invitation(&unit, Post::Unspecified, "")
    };
    let status = node
        .call::<_, pb::CreateInvitationResponse>(&world.secretary, bad)
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["post", "full_name", "end_time"]);
    let two = pb::CreateAppointmentRequest {
        parent: "communities/440305006013".into(),
        ..appoint(&chen.user, &unit, Post::Staff)
    };
    assert_eq!(appointed(two).await, "PERMISSION_DENIED");
}

#[tokio::test]
async fn a_replayed_invitation_omits_the_code() {
    let world = World::start().await;
    let request = pb::CreateInvitationRequest {
        request_id: UUID.into(),
        ..invitation(&world.committee, Post::Member, "李委员")
    };
    let first: pb::CreateInvitationResponse = world.node.call(&world.secretary, request.clone()).await.unwrap();
    let again: pb::CreateInvitationResponse = world.node.call(&world.secretary, request.clone()).await.unwrap();
    assert_eq!(
        (again.invitation, again.enrolment_code.as_str()),
        (first.invitation, "")
    );
    enrol(&world.node, &first.enrolment_code, "li.si").await.unwrap();
    let other = pb::CreateInvitationRequest {
        full_name: "张委员".into(),
        ..request
    };
    let reason = world
        .node
        .refused::<pb::CreateInvitationResponse, _>(&world.secretary, other)
        .await;
    assert_eq!(reason, "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn the_committee_is_never_left_without_anybody_to_run_it() {
    let world = World::start().await;
    let node = &world.node;
    let held: pb::ListAppointmentsResponse = node
        .call(
            &world.secretary,
            pb::ListAppointmentsRequest {
                parent: COMMUNITY.into(),
                ..Default::default()
            },
        )
        .await
        .unwrap();
    let secretary = held.appointments[0].name.clone();
    assert_eq!(
        node.refused::<pb::Appointment, _>(&world.secretary, end(&secretary, ""))
            .await,
        "LAST_SECRETARY"
    );
    let deputy = world.enrol(&world.committee, Post::DeputySecretary, "deputy").await;
    assert_eq!(
        node.refused::<pb::Appointment, _>(&deputy.who, end(&secretary, "v9"))
            .await,
        "ETAG_MISMATCH"
    );
    let ended: pb::Appointment = node.call(&deputy.who, end(&secretary, "v1")).await.unwrap();
    assert!(!ended.in_force && ended.etag == "v2");

    let get = pb::GetCommunityRequest { name: COMMUNITY.into() };
    assert_eq!(
        node.refused::<pb::Community, _>(&world.secretary, get).await,
        "PERMISSION_DENIED",
        "at once"
    );
    assert_eq!(
        node.refused::<pb::Appointment, _>(&deputy.who, end(&secretary, ""))
            .await,
        "APPOINTMENT_ENDED"
    );
    assert_eq!(
        node.refused::<pb::Appointment, _>(&deputy.who, end(&deputy.appointment, ""))
            .await,
        "LAST_SECRETARY"
    );
    let code = node
        .call::<_, pb::CreateInvitationResponse>(&deputy.who, invitation(&world.committee, Post::Secretary, "新书记"))
        .await
        .unwrap()
        .enrolment_code;
    enrol(node, &code, "next").await.unwrap();
}

#[tokio::test]
async fn a_manager_acts_for_its_own_organization_only() {
    let world = World::start().await;
    let node = &world.node;
    let (chen, station) = manager(&world, "深圳北站", "chen").await;
    let (liu, school) = manager(&world, "深圳高级中学北校区", "liu").await;
    let _: pb::CreateInvitationResponse = node
        .call(&chen.who, invitation(&station, Post::Representative, "代表"))
        .await
        .unwrap();
    let foreign = invitation(&school, Post::Representative, "代表");
    assert_eq!(
        node.refused::<pb::CreateInvitationResponse, _>(&chen.who, foreign)
            .await,
        "PERMISSION_DENIED"
    );
    let made: pb::Appointment = node
        .call(&chen.who, appoint(&liu.user, &station, Post::Representative))
        .await
        .unwrap();
    assert_eq!(
        node.refused::<pb::Appointment, _>(&liu.who, end(&made.name, "")).await,
        "PERMISSION_DENIED"
    );

    let list = |organization: &str| pb::ListAppointmentsRequest {
        parent: COMMUNITY.into(),
        organization: organization.into(),
        ..Default::default()
    };
    let seen: pb::ListAppointmentsResponse = node.call(&chen.who, list("")).await.unwrap();
    assert_eq!(seen.appointments.len(), 2);
    assert!(
        seen.appointments
            .iter()
            .all(|appointment| appointment.organization == station)
    );
    let seen: pb::ListAppointmentsResponse = node.call(&chen.who, list(&school)).await.unwrap();
    assert!(seen.appointments.is_empty());
    let all: pb::ListAppointmentsResponse = node.call(&world.secretary, list("")).await.unwrap();
    assert_eq!(all.appointments.len(), 4);

    // a foreign appointment looks like none
    let real = node
        .call::<_, pb::Appointment>(&liu.who, end(&made.name, ""))
        .await
        .unwrap_err();
    let unknown = format!("{COMMUNITY}/appointments/{UUID}");
    let none = node
        .call::<_, pb::Appointment>(&liu.who, end(&unknown, ""))
        .await
        .unwrap_err();
    assert_eq!(told(&real), told(&none));
    let own_capacity = Who::new(chen.who.principal.clone());
    let refused = node
        .refused::<pb::CreateInvitationResponse, _>(&own_capacity, invitation(&station, Post::Representative, "代表"));
    assert_eq!(
        refused.await,
        "PERMISSION_DENIED",
        "acting for itself, a manager is none"
    );
}

#[tokio::test]
async fn a_vacant_secretarys_seat_is_filled_from_above_alone() {
    let world = World::start().await;
    let node = &world.node;
    let deputy = world.enrol(&world.committee, Post::DeputySecretary, "deputy").await;
    let list = pb::ListAppointmentsRequest {
        parent: COMMUNITY.into(),
        ..Default::default()
    };
    let listed: pb::ListAppointmentsResponse = node.call(&world.secretary, list).await.unwrap();
    let mut seats = listed.appointments.into_iter();
    let seat = seats.find(|held| held.post() == Post::Secretary).unwrap();
    let _: pb::Appointment = node.call(&deputy.who, end(&seat.name, "")).await.unwrap();
    establish(node, &Who::operator(), DISTRICT, "district").await;
    let to_be = appoint(&deputy.user, &world.committee, Post::Secretary);
    assert_eq!(
        node.refused::<pb::Appointment, _>(&deputy.who, to_be).await,
        "SECRETARY_FROM_ABOVE"
    );
    let to_be = invitation(&world.committee, Post::Secretary, "新书记");
    assert_eq!(
        node.refused::<pb::CreateInvitationResponse, _>(&deputy.who, to_be)
            .await,
        "SECRETARY_FROM_ABOVE"
    );
    let member = invitation(&world.committee, Post::Member, "新委员");
    let _: pb::CreateInvitationResponse = node.call(&deputy.who, member).await.unwrap();
}
