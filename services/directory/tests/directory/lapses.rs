//! Terms that end soon: announced once each, and listed.

use std::time::Duration;

use prost::Message;
use yihe_kernel::Timestamp;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::levels::{STREET, establish};
use crate::node::{COMMUNITY, Node, Who};
use crate::world::{World, enrol};

pub async fn warnings(node: &Node) -> Vec<pb::AppointmentLapsing> {
    let events = node.feed.after(0, 1000).await.unwrap();
    let of_kind = events
        .into_iter()
        .filter(|event| event.kind == "yihe.directory.v1.AppointmentLapsing");
    of_kind
        .map(|event| pb::AppointmentLapsing::decode(event.payload.as_slice()).unwrap())
        .collect()
}

/// The warnings once there are so many, and after the timer had time for more.
pub async fn warned(node: &Node, count: usize) -> Vec<pb::AppointmentLapsing> {
    for _ in 0..200 {
        if warnings(node).await.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    let told = warnings(node).await;
    assert_eq!(told.len(), count, "{told:?}");
    told
}

pub async fn appoint(
    world: &World,
    user: &str,
    organization: &str,
    start: Option<Timestamp>,
    end: Timestamp,
) -> String {
    let request = pb::CreateAppointmentRequest {
        parent: COMMUNITY.into(),
        user: user.into(),
        organization: organization.into(),
        post: Post::Clerk.into(),
        start_time: start.map(Timestamp::to_proto),
        end_time: Some(end.to_proto()),
        ..Default::default()
    };
    let made: pb::Appointment = world.node.call(&world.secretary, request).await.unwrap();
    made.name
}

fn lapsing(parent: &str, days: i32) -> pb::ListLapsingAppointmentsRequest {
    pb::ListLapsingAppointmentsRequest {
        parent: parent.into(),
        days,
        ..Default::default()
    }
}

#[tokio::test]
async fn each_warning_is_given_once_to_those_concerned() {
    let world = World::start().await;
    let node = &world.node;
    let unit = world.register(OrganizationKind::ResidentUnit, "深圳北站").await;
    let manager = world.enrol(&unit, Post::Manager, "manager").await;
    let clerk = world.enrol(&unit, Post::Staff, "staff").await;
    let end = node.now().plus_days(40);
    let name = appoint(&world, &clerk.user, &unit, None, end).await;
    // a term of twenty days was never thirty from its end
    let short = appoint(&world, &manager.user, &unit, None, node.now().plus_days(20)).await;
    warned(node, 0).await;

    node.clock.set(end.plus_days(-30));
    let told = warned(node, 1).await;
    assert_eq!(
        (told[0].appointment.as_str(), told[0].days, told[0].post()),
        (name.as_str(), 30, Post::Clerk)
    );
    assert_eq!(told[0].lapse_time, Some(end.to_proto()));
    let secretary = world.secretary.principal.to_string();
    assert_eq!(
        told[0].recipients,
        [clerk.user.clone(), manager.user.clone(), secretary]
    );

    // both at once: the short one's seventh day and the long one's thirtieth have passed
    node.clock.set(end.plus_days(-27));
    let told = warned(node, 2).await;
    assert_eq!((told[1].appointment.as_str(), told[1].days), (short.as_str(), 7));
    assert_eq!(told[1].recipients.len(), 2, "the manager heads the unit itself");
    node.clock.set(end.plus_days(-7));
    let told = warned(node, 3).await;
    assert_eq!((told[2].appointment.as_str(), told[2].days), (name.as_str(), 7));
    node.clock.set(end.plus_days(-1));
    assert_eq!(warned(node, 4).await[3].days, 1);
    node.clock.set(end);
    warned(node, 4).await;
}

#[tokio::test]
async fn what_goes_on_or_was_ended_is_not_announced() {
    let world = World::start().await;
    let node = &world.node;
    let unit = world.register(OrganizationKind::ResidentUnit, "深圳北站").await;
    let going_on = world.enrol(&unit, Post::Staff, "one").await;
    let ended = world.enrol(&unit, Post::Staff, "two").await;
    let end = node.now().plus_days(40);
    appoint(&world, &going_on.user, &unit, None, end).await;
    let next = appoint(&world, &going_on.user, &unit, Some(end), end.plus_days(365)).await;
    let name = appoint(&world, &ended.user, &unit, None, end).await;
    let request = pb::EndAppointmentRequest {
        name,
        etag: String::new(),
    };
    let _: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    node.clock.set(end.plus_days(-20));
    warned(node, 0).await;
    let listed: pb::ListLapsingAppointmentsResponse =
        node.call(&world.secretary, lapsing(COMMUNITY, 30)).await.unwrap();
    assert_eq!(listed.appointments, []);
    node.clock.set(end.plus_days(365 - 1));
    let told = warned(node, 1).await;
    assert_eq!(
        (told[0].appointment.as_str(), told[0].days),
        (next.as_str(), 1),
        "the nearest alone"
    );
}

#[tokio::test]
async fn a_secretarys_term_concerns_the_level_above() {
    let world = World::start().await;
    let node = &world.node;
    let street = establish(node, &Who::operator(), STREET, "street").await;
    let end = node.now().plus_days(30);
    let request = pb::AppointSecretaryBelowRequest {
        parent: STREET.into(),
        below: COMMUNITY.into(),
        full_name: "新书记".into(),
        end_time: Some(end.to_proto()),
        replace: true,
        ..Default::default()
    };
    let invited: pb::AppointSecretaryBelowResponse = node.call(&street.who, request).await.unwrap();
    let secretary = enrol(node, &invited.enrolment_code, "second").await.unwrap();
    let request = pb::AppointRegionPersonRequest {
        parent: STREET.into(),
        user: secretary.user.clone(),
        post: Post::Member.into(),
        // so late that it is never thirty days from its end
        start_time: Some(node.now().plus_days(2).to_proto()),
        end_time: Some(end.plus_days(1).to_proto()),
        ..Default::default()
    };
    let member: pb::AppointRegionPersonResponse = node.call(&street.who, request).await.unwrap();
    let member = member.appointment.unwrap().name;

    // whoever looks sees what is below, soonest first, page by page
    let above: pb::ListLapsingAppointmentsResponse = node.call(&street.who, lapsing(STREET, 31)).await.unwrap();
    let names: Vec<_> = above
        .appointments
        .iter()
        .map(|held| held.appointment.as_str())
        .collect();
    assert_eq!(names, [secretary.appointment.as_str(), member.as_str()]);
    let paged = pb::ListLapsingAppointmentsRequest {
        page_size: 1,
        ..lapsing(STREET, 31)
    };
    let first: pb::ListLapsingAppointmentsResponse = node.call(&street.who, paged.clone()).await.unwrap();
    let rest: pb::ListLapsingAppointmentsResponse = node
        .call(
            &street.who,
            pb::ListLapsingAppointmentsRequest {
                page_token: first.next_page_token,
                ..paged
            },
        )
        .await
        .unwrap();
    assert_eq!(rest.appointments[0].appointment, member);
    assert_eq!(
        (rest.next_page_token.as_str(), rest.appointments[0].days_left),
        ("", 31)
    );
    let usual: pb::ListLapsingAppointmentsResponse = node.call(&street.who, lapsing(STREET, 0)).await.unwrap();
    assert_eq!(usual.appointments.len(), 1);
    assert_eq!(
        node.refused::<pb::ListLapsingAppointmentsResponse, _>(&street.who, lapsing(STREET, 367))
            .await,
        "INVALID_REQUEST"
    );

    node.clock.set(end.plus_days(-7));
    let told = warned(node, 1).await;
    assert_eq!(told[0].recipients, [secretary.user.clone(), street.user.clone()]);
    node.clock.set(end.plus_days(1 - 7));
    let told = warned(node, 2).await;
    assert_eq!((told[1].appointment.as_str(), told[1].days), (member.as_str(), 7));
    assert_eq!(told[1].recipients, [secretary.user, street.user]);
}
