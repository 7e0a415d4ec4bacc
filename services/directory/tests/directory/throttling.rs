use std::num::NonZeroU32;

use tonic::Code;
use tonic_types::StatusExt;
use yihe_directory::Config;
use yihe_proto::directory::v1 as pb;

use crate::node::{Node, Who, reason};
use crate::world::{PASSWORD, World};

fn sign_in(login: &str, password: &str) -> pb::SignInRequest {
    pb::SignInRequest {
        login: login.into(),
        password: password.into(),
    }
}

#[tokio::test]
async fn an_address_has_a_budget_for_each_public_rpc() {
    let limit = NonZeroU32::new(3).unwrap();
    let node = Node::start_with(Config {
        attempts_per_address_per_minute: limit,
        ..Config::default()
    })
    .await;
    let list = pb::ListCommunitiesRequest::default;
    for _ in 0..3 {
        let _: pb::ListCommunitiesResponse = node.call(&Who::stranger(), list()).await.unwrap();
    }
    let status = node
        .call::<_, pb::ListCommunitiesResponse>(&Who::stranger(), list())
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "TOO_MANY_ATTEMPTS")
    );
    let delay = status.get_error_details().retry_info().unwrap().retry_delay.unwrap();
    assert!((1..=20).contains(&delay.as_secs()), "{delay:?}");
    let elsewhere = Who::stranger().from("198.51.100.7");
    assert!(
        node.call::<_, pb::ListCommunitiesResponse>(&elsewhere, list())
            .await
            .is_ok()
    );
    let other_door = node
        .refused::<pb::TokenPair, _>(&Who::stranger(), sign_in("nobody", PASSWORD))
        .await;
    assert_eq!(other_door, "SIGN_IN_FAILED");

    // every public RPC has a door
    let name = "communities/440309002021/clients/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
    let mut last = Vec::new();
    for _ in 0..4 {
        let client_token = pb::IssueClientTokenRequest {
            client: name.into(),
            client_secret: "x".into(),
        };
        let collect = pb::CollectCredentialsRequest {
            application: name.replace("clients", "applications"),
            claim_code: "x".into(),
        };
        let refresh = pb::RefreshTokenRequest {
            refresh_token: "x".into(),
        };
        let stranger = Who::stranger();
        last = vec![
            node.refused::<pb::TokenPair, _>(&stranger, sign_in("nobody", PASSWORD))
                .await,
            node.refused::<pb::TokenPair, _>(&stranger, refresh).await,
            node.refused::<pb::ClientToken, _>(&stranger, client_token).await,
            node.refused::<pb::CollectCredentialsResponse, _>(&stranger, collect)
                .await,
            node.refused::<pb::EnrolResponse, _>(&stranger, crate::world::enrolment("x", "li.si"))
                .await,
            node.refused::<pb::ApplyForMembershipResponse, _>(&stranger, crate::world::application("x"))
                .await,
        ];
    }
    assert_eq!(last, vec!["TOO_MANY_ATTEMPTS"; 6]);
}

#[tokio::test]
async fn a_login_that_fails_too_often_is_closed_for_everybody() {
    let limit = NonZeroU32::new(2).unwrap();
    let node = Node::start_with(Config {
        failures_per_name_per_minute: limit,
        ..Config::default()
    })
    .await;
    let world = World::on(node).await;
    let node = &world.node;
    for _ in 0..10 {
        let _: pb::TokenPair = node
            .call(&Who::stranger(), sign_in("secretary", PASSWORD))
            .await
            .unwrap();
    }
    let guessed = async || {
        node.refused::<pb::TokenPair, _>(&Who::stranger(), sign_in("secretary", "guess guess"))
            .await
    };
    for _ in 0..3 {
        assert_eq!(guessed().await, "SIGN_IN_FAILED");
    }
    assert_eq!(guessed().await, "TOO_MANY_ATTEMPTS");
    let elsewhere = Who::stranger().from("198.51.100.7");
    let right = node
        .refused::<pb::TokenPair, _>(&elsewhere, sign_in("Secretary", PASSWORD))
        .await;
    assert_eq!(right, "TOO_MANY_ATTEMPTS", "from another address, in other letters");
    assert_eq!(
        node.refused::<pb::TokenPair, _>(&elsewhere, sign_in("nobody", PASSWORD))
            .await,
        "SIGN_IN_FAILED"
    );
}
