use yihe_proto::directory::v1::{self as pb, ApplicationState, OrganizationKind, Post};

use crate::node::{COMMUNITY, Node, Who, fields, reason, told};
use crate::world::{World, application, enrol};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

async fn apply(node: &Node) -> pb::ApplyForMembershipResponse {
    node.call(&Who::stranger(), application("深圳北站")).await.unwrap()
}

fn collect(applied: &pb::ApplyForMembershipResponse) -> pb::CollectCredentialsRequest {
    pb::CollectCredentialsRequest {
        application: applied.application.clone(),
        claim_code: applied.claim_code.clone(),
    }
}

fn admit(applied: &pb::ApplyForMembershipResponse) -> pb::AdmitApplicationRequest {
    pb::AdmitApplicationRequest {
        name: applied.application.clone(),
    }
}

fn reject(applied: &pb::ApplyForMembershipResponse, reason: &str) -> pb::RejectApplicationRequest {
    pb::RejectApplicationRequest {
        name: applied.application.clone(),
        reason: reason.into(),
    }
}

#[tokio::test]
async fn an_admitted_partner_collects_its_credentials_once() {
    let world = World::start().await;
    let node = &world.node;
    let applied = apply(node).await;
    let refused = async |request| {
        node.refused::<pb::CollectCredentialsResponse, _>(&Who::stranger(), request)
            .await
    };
    assert_eq!(refused(collect(&applied)).await, "APPLICATION_NOT_ADMITTED");

    let before = node.sequence().await;
    let admitted: pb::Application = node.call(&world.secretary, admit(&applied)).await.unwrap();
    assert_eq!(admitted.state(), ApplicationState::Admitted);
    assert_eq!(
        (admitted.contact_name.as_str(), admitted.credentials_collected),
        ("陈站长", false)
    );
    assert_eq!(node.revisions.read(&admitted.revision).unwrap().1.directory, before + 1);
    assert_eq!(
        node.refused::<pb::Application, _>(&world.secretary, admit(&applied))
            .await,
        "APPLICATION_DECIDED"
    );
    assert_eq!(
        node.refused::<pb::Application, _>(&world.secretary, reject(&applied, "x"))
            .await,
        "APPLICATION_DECIDED"
    );

    let wrong = pb::CollectCredentialsRequest {
        claim_code: "0000-0000".into(),
        ..collect(&applied)
    };
    assert_eq!(refused(wrong).await, "CLAIM_CODE_WRONG");
    let unknown = pb::CollectCredentialsRequest {
        application: format!("{COMMUNITY}/applications/{UUID}"),
        ..collect(&applied)
    };
    assert_eq!(refused(unknown).await, "CLAIM_CODE_WRONG");
    let typed = pb::CollectCredentialsRequest {
        claim_code: applied.claim_code.to_lowercase(),
        ..collect(&applied)
    };
    let collected: pb::CollectCredentialsResponse = node.call(&Who::stranger(), typed).await.unwrap();
    assert_eq!(refused(collect(&applied)).await, "CREDENTIALS_COLLECTED");

    let request = pb::IssueClientTokenRequest {
        client: collected.client.clone(),
        client_secret: collected.client_secret,
    };
    let token: pb::ClientToken = node.call(&Who::stranger(), request).await.unwrap();
    let claims = node.tokens.verify(&token.access_token).unwrap();
    assert_eq!(claims.community.unwrap().as_str(), "440309002021");
    assert!(claims.principal.to_string().starts_with("clients/"));

    let manager = enrol(node, &collected.enrolment_code, "chen").await.unwrap();
    let request = pb::GetAppointmentRequest {
        name: manager.appointment,
    };
    let appointment: pb::Appointment = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(
        (appointment.post(), appointment.full_name.as_str()),
        (Post::Manager, "陈站长")
    );
    let request = pb::GetApplicationRequest {
        name: applied.application,
    };
    let seen: pb::Application = node.call(&world.secretary, request).await.unwrap();
    assert!(seen.credentials_collected && seen.client == collected.client);
}

#[tokio::test]
async fn a_contact_with_an_account_keeps_it() {
    let world = World::start().await;
    let node = &world.node;
    let member = world.enrol(&world.committee, Post::Member, "li.si").await;
    let (admitted, collected) = world.partner("深圳北站").await;
    let request = pb::AcceptInvitationRequest {
        enrolment_code: collected.enrolment_code,
    };
    let _: pb::AcceptInvitationResponse = node.call(&member.who, request).await.unwrap();
    let request = pb::GetApplicationRequest { name: admitted.name };
    let seen: pb::Application = node.call(&world.secretary, request).await.unwrap();
    assert_eq!(seen.contact_name, "某人", "one person, one name");
}

#[tokio::test]
async fn a_rejection_has_a_reason() {
    let world = World::start().await;
    let node = &world.node;
    let applied = apply(node).await;
    let status = node
        .call::<_, pb::Application>(&world.secretary, reject(&applied, " "))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["reason"]);
    let rejected: pb::Application = node
        .call(&world.secretary, reject(&applied, "不在本社区"))
        .await
        .unwrap();
    assert_eq!(
        (rejected.state(), rejected.rejection_reason.as_str()),
        (ApplicationState::Rejected, "不在本社区")
    );
    let collected = node
        .refused::<pb::CollectCredentialsResponse, _>(&Who::stranger(), collect(&applied))
        .await;
    assert_eq!(collected, "APPLICATION_NOT_ADMITTED");
    let list = |state: ApplicationState| pb::ListApplicationsRequest {
        parent: COMMUNITY.into(),
        state: state.into(),
        ..Default::default()
    };
    let pending: pb::ListApplicationsResponse = node
        .call(&world.secretary, list(ApplicationState::Pending))
        .await
        .unwrap();
    let rejected: pb::ListApplicationsResponse = node
        .call(&world.secretary, list(ApplicationState::Rejected))
        .await
        .unwrap();
    assert_eq!((pending.applications.len(), rejected.applications.len()), (0, 1));
    let request = pb::ListApplicationsRequest {
        state: 99,
        ..list(ApplicationState::Pending)
    };
    assert_eq!(
        node.refused::<pb::ListApplicationsResponse, _>(&world.secretary, request)
            .await,
        "INVALID_REQUEST"
    );
}

#[tokio::test]
async fn applying_is_refused_with_its_reason() {
    let world = World::start().await;
    let node = &world.node;
    let refused = async |request| {
        node.refused::<pb::ApplyForMembershipResponse, _>(&Who::stranger(), request)
            .await
    };
    let elsewhere = pb::ApplyForMembershipRequest {
        community: "communities/440305006013".into(),
        ..application("深圳北站")
    };
    assert_eq!(refused(elsewhere).await, "COMMUNITY_NOT_FOUND");
    let malformed = pb::ApplyForMembershipRequest {
        community: "communities/-".into(),
        ..application("深圳北站")
    };
    assert_eq!(refused(malformed).await, "MALFORMED_NAME");
    let bad = pb::ApplyForMembershipRequest {
        kind: OrganizationKind::PartyBranch.into(),
        display_name: "a\u{202e}b".into(),
        contact_name: String::new(),
        statement: "长".repeat(2001),
        ..application("")
    };
    let status = node
        .call::<_, pb::ApplyForMembershipResponse>(&Who::stranger(), bad)
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["kind", "display_name", "contact_name", "statement"]);

    let request = pb::ApplyForMembershipRequest {
        request_id: UUID.into(),
        ..application("深圳北站")
    };
    let first: pb::ApplyForMembershipResponse = node.call(&Who::stranger(), request.clone()).await.unwrap();
    let again: pb::ApplyForMembershipResponse = node.call(&Who::stranger(), request.clone()).await.unwrap();
    assert_eq!((again.application, again.claim_code.as_str()), (first.application, ""));
    let other = pb::ApplyForMembershipRequest {
        display_name: "别的站".into(),
        ..request
    };
    assert_eq!(refused(other).await, "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn only_so_many_applications_wait() {
    let config = yihe_directory::Config {
        pending_applications: 1,
        ..Default::default()
    };
    let world = World::on(Node::start_with(config).await).await;
    apply(&world.node).await;
    let status = world
        .node
        .call::<_, pb::ApplyForMembershipResponse>(&Who::stranger(), application("又一个"))
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (tonic::Code::ResourceExhausted, "TOO_MANY_APPLICATIONS")
    );
}

#[tokio::test]
async fn who_may_not_sees_no_application() {
    let world = World::start().await;
    let node = &world.node;
    let applied = apply(node).await;
    let member = world.enrol(&world.committee, Post::Member, "li.si").await;
    let get = |name: String| pb::GetApplicationRequest { name };
    let unknown = format!("{COMMUNITY}/applications/{UUID}");
    let real = node
        .call::<_, pb::Application>(&member.who, get(applied.application))
        .await
        .unwrap_err();
    let none = node
        .call::<_, pb::Application>(&member.who, get(unknown.clone()))
        .await
        .unwrap_err();
    assert_eq!(told(&real), told(&none));
    assert_eq!(reason(&real), "PERMISSION_DENIED");
    assert_eq!(
        node.refused::<pb::Application, _>(&world.secretary, get(unknown)).await,
        "RESOURCE_NOT_FOUND"
    );
}
