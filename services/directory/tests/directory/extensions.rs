//! Terms prolonged: by whoever may appoint, never by oneself, and announced anew.

use prost::Message;
use yihe_kernel::Timestamp;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::lapses::{appoint, warned};
use crate::levels::{DISTRICT, STREET, establish};
use crate::node::{COMMUNITY, Node, Who, fields};
use crate::world::{Person, World, enrol};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

fn until(name: &str, end: Timestamp) -> pb::ExtendAppointmentRequest {
    pb::ExtendAppointmentRequest {
        name: name.into(),
        end_time: Some(end.to_proto()),
        ..Default::default()
    }
}

async fn refused(node: &Node, who: &Who, request: pb::ExtendAppointmentRequest) -> String {
    node.refused::<pb::Appointment, _>(who, request).await
}

/// The only event of a kind.
async fn event<E: Message + Default>(node: &Node, kind: &str) -> E {
    let events = node.feed.after(0, 1000).await.unwrap();
    let mut of_kind = events
        .into_iter()
        .filter(|event| event.kind == format!("yihe.directory.v1.{kind}"));
    let (only, more) = (of_kind.next().unwrap(), of_kind.next());
    assert!(more.is_none(), "{kind} twice");
    E::decode(only.payload.as_slice()).unwrap()
}

#[tokio::test]
async fn a_prolonged_term_goes_on_and_is_announced_anew() {
    for node in Node::start_both().await {
        let world = World::on(node).await;
        let node = &world.node;
        let unit = world.register(OrganizationKind::ResidentUnit, "深圳北站").await;
        let clerk = world.enrol(&unit, Post::Staff, "staff").await;
        let (end, later) = (node.now().plus_days(40), node.now().plus_days(140));
        let name = appoint(&world, &clerk.user, &unit, None, end).await;
        node.clock.set(end.plus_days(-30));
        warned(node, 1).await;

        let request = pb::ExtendAppointmentRequest {
            etag: "v1".into(),
            ..until(&name, later)
        };
        let extended: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
        assert_eq!(
            (extended.end_time, extended.etag.as_str(), extended.in_force),
            (Some(later.to_proto()), "v2", true)
        );
        assert_eq!(
            node.revisions.read(&extended.revision).unwrap().1.directory,
            node.sequence().await
        );
        let told: pb::AppointmentExtended = event(node, "AppointmentExtended").await;
        assert_eq!(told.previous_end_time, Some(end.to_proto()));
        let told = told.appointment.unwrap();
        assert_eq!(
            (told.name, told.end_time, told.full_name.as_str()),
            (name.clone(), Some(later.to_proto()), "")
        );
        let authority: pb::Authority = node
            .call(
                &Who::service("policy"),
                pb::GetAuthorityRequest {
                    community: COMMUNITY.into(),
                    ..Default::default()
                },
            )
            .await
            .unwrap();
        let ends = authority.holdings.iter().filter(|held| held.user == clerk.user);
        assert!(
            ends.clone().any(|held| held.end_time == Some(later.to_proto())),
            "{authority:?}"
        );

        // nothing is said before the old end, which passes
        node.clock.set(end.plus_days(-7));
        warned(node, 1).await;
        node.clock.set(end);
        let get = || pb::GetAppointmentRequest { name: name.clone() };
        let held: pb::Appointment = node.call(&world.secretary, get()).await.unwrap();
        assert!(held.in_force);
        node.clock.set(later.plus_days(-30));
        let told = warned(node, 2).await;
        assert_eq!((told[1].days, told[1].lapse_time), (30, Some(later.to_proto())));
        node.clock.set(later);
        let held: pb::Appointment = node.call(&world.secretary, get()).await.unwrap();
        assert!(!held.in_force, "it lapsed by itself");
        assert_eq!(
            refused(node, &world.secretary, until(&name, later.plus_days(1))).await,
            "APPOINTMENT_ENDED"
        );
    }
}

#[tokio::test]
async fn prolonging_is_refused_with_its_reasons() {
    let world = World::start().await;
    let node = &world.node;
    let unit = world.register(OrganizationKind::ResidentUnit, "深圳北站").await;
    let other = world.register(OrganizationKind::ResidentUnit, "深圳高级中学").await;
    let manager = world.enrol(&unit, Post::Manager, "manager").await;
    let stranger = world.enrol(&other, Post::Manager, "stranger").await;
    let now = node.now();
    let (end, later) = (now.plus_days(10), now.plus_days(100));
    let name = appoint(&world, &manager.user, &unit, None, end).await;
    let secretary = &world.secretary;

    for (request, reason) in [
        (until(&name, end), "TERM_NOT_LONGER"),
        (until(&name, end.plus_days(-1)), "TERM_NOT_LONGER"),
        (until(&manager.appointment, later), "TERM_OPEN_ENDED"),
        (until("x", later), "MALFORMED_NAME"),
        (
            until(&format!("{COMMUNITY}/appointments/{UUID}"), later),
            "RESOURCE_NOT_FOUND",
        ),
        (
            pb::ExtendAppointmentRequest {
                etag: "v9".into(),
                ..until(&name, later)
            },
            "ETAG_MISMATCH",
        ),
    ] {
        assert_eq!(refused(node, secretary, request.clone()).await, reason, "{request:?}");
    }
    let endless = pb::ExtendAppointmentRequest {
        end_time: None,
        ..until(&name, later)
    };
    let status = node.call::<_, pb::Appointment>(secretary, endless).await.unwrap_err();
    assert_eq!(fields(&status), ["end_time"]);
    assert_eq!(
        refused(node, &stranger.who, until(&name, later)).await,
        "PERMISSION_DENIED"
    );
    assert_eq!(refused(node, &manager.who, until(&name, later)).await, "OWN_TERM");

    let next = appoint(&world, &manager.user, &unit, Some(end.plus_days(5)), later).await;
    assert_eq!(
        refused(node, secretary, until(&next, later.plus_days(1))).await,
        "APPOINTMENT_NOT_BEGUN"
    );
    assert_eq!(
        refused(node, secretary, until(&name, end.plus_days(6))).await,
        "POST_FILLED"
    );
    let extended: pb::Appointment = node.call(secretary, until(&name, end.plus_days(5))).await.unwrap();
    assert_eq!(
        extended.end_time,
        Some(end.plus_days(5).to_proto()),
        "up to where the next begins"
    );

    // each head prolongs the terms of its own people
    let staff = world.enrol(&unit, Post::Staff, "staff").await;
    let of_staff = appoint(&world, &staff.user, &unit, None, end).await;
    let _: pb::Appointment = node.call(&manager.who, until(&of_staff, later)).await.unwrap();
    let request = pb::EndMembershipRequest {
        name: unit.replace("organizations/", &format!("{COMMUNITY}/memberships/")),
        ..Default::default()
    };
    let _: pb::Membership = node.call(secretary, request).await.unwrap();
    assert_eq!(
        refused(node, secretary, until(&of_staff, later.plus_days(1))).await,
        "ORGANIZATION_NOT_A_MEMBER"
    );
    let told = node.events().await;
    assert_eq!(told.iter().filter(|kind| *kind == "AppointmentExtended").count(), 2);
}

async fn secretary_until(node: &Node, street: &Person, end: Timestamp) -> Person {
    let request = pb::AppointSecretaryBelowRequest {
        parent: STREET.into(),
        below: COMMUNITY.into(),
        full_name: "新书记".into(),
        end_time: Some(end.to_proto()),
        replace: true,
        ..Default::default()
    };
    let invited: pb::AppointSecretaryBelowResponse = node.call(&street.who, request).await.unwrap();
    enrol(node, &invited.enrolment_code, "second").await.unwrap()
}

fn below(parent: &str, appointment: &str, end: Timestamp) -> pb::ExtendSecretaryBelowRequest {
    pb::ExtendSecretaryBelowRequest {
        parent: parent.into(),
        appointment: appointment.into(),
        end_time: Some(end.to_proto()),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_secretarys_term_is_prolonged_from_above() {
    let world = World::start().await;
    let node = &world.node;
    let deputy = world.enrol(&world.committee, Post::DeputySecretary, "deputy").await;
    let district = establish(node, &Who::operator(), DISTRICT, "district").await;
    let street = establish(node, &district.who, STREET, "street").await;
    let (end, later) = (node.now().plus_days(10), node.now().plus_days(375));
    let secretary = secretary_until(node, &street, end).await;
    assert_eq!(
        refused(node, &deputy.who, until(&secretary.appointment, later)).await,
        "SECRETARY_FROM_ABOVE"
    );
    let refused_below = async |who: &Who, request: pb::ExtendSecretaryBelowRequest| {
        node.refused::<pb::ExtendSecretaryBelowResponse, _>(who, request).await
    };
    let of_secretary = |parent: &str| below(parent, &secretary.appointment, later);
    let cases = [
        (&district.who, of_secretary(DISTRICT), "NOT_DIRECTLY_BELOW"),
        (&Who::operator(), of_secretary(STREET), "REGION_ADMINISTERED_FROM_ABOVE"),
        (
            &street.who,
            below(STREET, &deputy.appointment, later),
            "NOT_A_SECRETARY",
        ),
        (
            &street.who,
            below(STREET, &street.appointment, later),
            "NOT_DIRECTLY_BELOW",
        ),
        (
            &street.who,
            below(STREET, &secretary.appointment, end),
            "TERM_NOT_LONGER",
        ),
        (
            &street.who,
            below(STREET, &format!("{COMMUNITY}/appointments/{UUID}"), later),
            "RESOURCE_NOT_FOUND",
        ),
        (&street.who, below(STREET, "x", later), "MALFORMED_NAME"),
        (&secretary.who, of_secretary(STREET), "PERMISSION_DENIED"),
    ];
    for (who, request, reason) in cases {
        assert_eq!(refused_below(who, request.clone()).await, reason, "{request:?}");
    }
    let extended: pb::ExtendSecretaryBelowResponse = node.call(&street.who, of_secretary(STREET)).await.unwrap();
    assert_eq!(
        (extended.appointment.as_str(), extended.end_time, extended.etag.as_str()),
        (secretary.appointment.as_str(), Some(later.to_proto()), "v2")
    );
    let (scope, revision) = node.revisions.read(&extended.revision).unwrap();
    assert_eq!(
        (scope.to_string().as_str(), revision.directory),
        (COMMUNITY, node.sequence().await)
    );
    node.clock.set(end);
    let list = pb::ListAppointmentsRequest {
        parent: COMMUNITY.into(),
        ..Default::default()
    };
    let who = secretary.who.clone().acting_as(&world.committee);
    let _: pb::ListAppointmentsResponse = node.call(&who, list).await.unwrap();
}

#[tokio::test]
async fn terms_in_a_regions_committee_are_prolonged() {
    for node in Node::start_both().await {
        let node = &node;
        let district = establish(node, &Who::operator(), DISTRICT, "district").await;
        let (end, later) = (node.now().plus_days(10), node.now().plus_days(375));
        let request = pb::EstablishRegionCommitteeRequest {
            parent: STREET.into(),
            secretary_full_name: "李书记".into(),
            secretary_end_time: Some(end.to_proto()),
            ..Default::default()
        };
        let made: pb::EstablishRegionCommitteeResponse = node.call(&district.who, request).await.unwrap();
        let street = enrol(node, &made.enrolment_code, "street").await.unwrap();
        let organization = made.committee.unwrap().organization;
        let who = street.who.clone().acting_as(&organization);
        let request = pb::AppointRegionPersonRequest {
            parent: STREET.into(),
            post: Post::Member.into(),
            full_name: "委员".into(),
            end_time: Some(end.to_proto()),
            ..Default::default()
        };
        let invited: pb::AppointRegionPersonResponse = node.call(&who, request).await.unwrap();
        let member = enrol(node, &invited.enrolment_code, "member").await.unwrap();
        let until = |name: &str, end: Timestamp| pb::ExtendRegionAppointmentRequest {
            name: name.into(),
            end_time: Some(end.to_proto()),
            ..Default::default()
        };
        for (request, reason) in [
            (until(&street.appointment, later), "SECRETARY_FROM_ABOVE"),
            (until(&member.appointment, end), "TERM_NOT_LONGER"),
            (
                until(&format!("{STREET}/appointments/{UUID}"), later),
                "RESOURCE_NOT_FOUND",
            ),
            (
                pb::ExtendRegionAppointmentRequest {
                    etag: "v9".into(),
                    ..until(&member.appointment, later)
                },
                "ETAG_MISMATCH",
            ),
        ] {
            let told = node.refused::<pb::RegionAppointment, _>(&who, request.clone()).await;
            assert_eq!(told, reason, "{request:?}");
        }
        let extended: pb::RegionAppointment = node.call(&who, until(&member.appointment, later)).await.unwrap();
        assert_eq!(
            (extended.end_time, extended.etag.as_str()),
            (Some(later.to_proto()), "v2")
        );
        let told: pb::RegionAppointmentExtended = event(node, "RegionAppointmentExtended").await;
        assert_eq!(told.previous_end_time, Some(end.to_proto()));
        assert_eq!(told.appointment.unwrap().full_name, "");

        // the street's secretary by the district, and by nobody in the street
        let asked = |parent: &str| below(parent, &street.appointment, later);
        let own = node
            .refused::<pb::ExtendSecretaryBelowResponse, _>(&who, asked(STREET))
            .await;
        assert_eq!(own, "NOT_DIRECTLY_BELOW");
        let extended: pb::ExtendSecretaryBelowResponse = node.call(&district.who, asked(DISTRICT)).await.unwrap();
        let (scope, _) = node.revisions.read(&extended.revision).unwrap();
        assert_eq!(scope.to_string(), STREET);
        node.clock.set(end);
        let list = pb::ListRegionAppointmentsRequest {
            parent: STREET.into(),
            ..Default::default()
        };
        let listed: pb::ListRegionAppointmentsResponse = node.call(&who, list).await.unwrap();
        assert!(listed.appointments.iter().all(|held| held.in_force), "{listed:?}");
        node.clock.set(later);
        let over = node
            .refused::<pb::RegionAppointment, _>(&district.who, until(&member.appointment, later))
            .await;
        assert_eq!(over, "PERMISSION_DENIED", "the street administers itself");
    }
}
