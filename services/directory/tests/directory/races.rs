//! Commands that meet, on SQLite and on PostgreSQL.

use futures::future::join_all;
use tonic::Status;
use yihe_proto::directory::v1::{self as pb, OrganizationKind, Post};

use crate::node::{COMMUNITY, Node, Who, reason};
use crate::world::{PASSWORD, World, enrol};

fn reasons<T>(answers: &[Result<T, Status>]) -> Vec<String> {
    answers
        .iter()
        .filter_map(|answer| answer.as_ref().err())
        .map(reason)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_had_once_is_had_once() {
    for node in Node::start_both().await {
        let world = World::on(node).await;
        one_code_one_person(&world).await;
        one_refresh_one_pair(&world).await;
        one_admission(&world).await;
        one_secretary(&world).await;
    }
}

async fn one_code_one_person(world: &World) {
    let code = world.invite(&world.committee, Post::DeputySecretary, "副书记").await;
    let logins: Vec<_> = (0..8).map(|index| format!("deputy{index}")).collect();
    let answers = join_all(logins.iter().map(|login| enrol(&world.node, &code, login))).await;
    assert_eq!(reasons(&answers), vec!["ENROLMENT_CODE_WRONG"; 7]);
}

async fn one_refresh_one_pair(world: &World) {
    let request = pb::SignInRequest {
        login: "secretary".into(),
        password: PASSWORD.into(),
    };
    let pair: pb::TokenPair = world.node.call(&Who::stranger(), request).await.unwrap();
    let request = pb::RefreshTokenRequest {
        refresh_token: pair.refresh_token,
    };
    let stranger = Who::stranger();
    let attempts = (0..8).map(|_| world.node.call::<_, pb::TokenPair>(&stranger, request.clone()));
    let answers = join_all(attempts).await;
    assert_eq!(reasons(&answers), vec!["REFRESH_TOKEN_INVALID"; 7]);
}

async fn one_admission(world: &World) {
    let request = crate::world::application("深圳北站");
    let applied: pb::ApplyForMembershipResponse = world.node.call(&Who::stranger(), request).await.unwrap();
    let before = world.node.sequence().await;
    let request = pb::AdmitApplicationRequest {
        name: applied.application,
    };
    let attempts = (0..8).map(|_| world.node.call::<_, pb::Application>(&world.secretary, request.clone()));
    let answers = join_all(attempts).await;
    assert_eq!(reasons(&answers), vec!["APPLICATION_DECIDED"; 7]);
    assert_eq!(world.node.sequence().await, before + 1);
    let request = pb::ListMembershipsRequest {
        parent: COMMUNITY.into(),
        kind: OrganizationKind::ResidentUnit.into(),
        ..Default::default()
    };
    let members: pb::ListMembershipsResponse = world.node.call(&world.secretary, request).await.unwrap();
    assert_eq!(members.memberships.len(), 1);
}

async fn one_secretary(world: &World) {
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
    let of = |post: Post| {
        held.appointments
            .iter()
            .find(|appointment| appointment.post() == post)
            .unwrap()
    };
    let deputy = crate::world::person_named(&of(Post::DeputySecretary).user).acting_as(&world.committee);
    let request = pb::EndAppointmentRequest {
        name: of(Post::Secretary).name.clone(),
        etag: String::new(),
    };
    let _: pb::Appointment = node.call(&deputy, request).await.unwrap();
    let request = pb::CreateAppointmentRequest {
        parent: COMMUNITY.into(),
        user: world.secretary.principal.to_string(),
        organization: world.committee.clone(),
        post: Post::Secretary.into(),
        ..Default::default()
    };
    let other = pb::CreateAppointmentRequest {
        user: of(Post::DeputySecretary).user.clone(),
        ..request.clone()
    };
    let attempts = [request, other].into_iter().cycle().take(8);
    let answers = join_all(attempts.map(|request| node.call::<_, pb::Appointment>(&deputy, request))).await;
    assert_eq!(reasons(&answers), vec!["POST_FILLED"; 7]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sequences_count_every_change_of_authority() {
    for node in Node::start_both().await {
        let world = World::on(node).await;
        let node = &world.node;
        let before = node.sequence().await;
        let codes = join_all((0..10).map(|_| world.invite(&world.committee, Post::Member, "某人"))).await;
        let logins: Vec<_> = (0..10).map(|index| format!("member{index}")).collect();
        let enrolled = join_all(codes.iter().zip(&logins).map(|(code, login)| enrol(node, code, login))).await;
        assert!(enrolled.iter().all(Result::is_ok));
        assert_eq!(node.sequence().await, before + 10);
    }
}
