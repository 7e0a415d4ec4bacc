use yihe_authz::Principal;
use yihe_proto::directory::v1 as pb;

use crate::node::{COMMUNITY, Node, Who};
use crate::world::{World, enrol};

const UUID: &str = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";

async fn token(node: &Node, client: &str, secret: &str) -> Option<pb::ClientToken> {
    let request = pb::IssueClientTokenRequest {
        client: client.into(),
        client_secret: secret.into(),
    };
    node.call(&Who::stranger(), request).await.ok()
}

fn rotate(client: &str, end_old_secret_now: bool) -> pb::RotateClientSecretRequest {
    pb::RotateClientSecretRequest {
        name: client.into(),
        end_old_secret_now,
    }
}

fn principal(client: &str) -> Principal {
    format!("clients/{}", client.rsplit('/').next().unwrap())
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_rotated_secret_overlaps_for_a_day_or_ends_at_once() {
    let world = World::start().await;
    let node = &world.node;
    let (_, collected) = world.partner("深圳北站").await;
    let client = collected.client.as_str();
    assert!(token(node, client, &collected.client_secret).await.is_some());
    assert!(token(node, client, "wrong").await.is_none() && token(node, client, "").await.is_none());

    let before = node.sequence().await;
    let second: pb::RotateClientSecretResponse = node.call(&world.secretary, rotate(client, false)).await.unwrap();
    assert_eq!(node.sequence().await, before, "nothing of authority changed");
    assert_eq!(second.old_secret_expire_time.unwrap().seconds, {
        let request = pb::GetClientRequest { name: client.into() };
        let seen: pb::Client = node.call(&world.secretary, request).await.unwrap();
        seen.rotate_time.unwrap().seconds + 86_400
    });
    assert!(token(node, client, &collected.client_secret).await.is_some());
    assert!(token(node, client, &second.client_secret).await.is_some());
    node.clock.advance_seconds(86_400);
    assert!(token(node, client, &collected.client_secret).await.is_none());

    let third: pb::RotateClientSecretResponse = node.call(&world.secretary, rotate(client, true)).await.unwrap();
    assert_eq!(node.revisions.read(&third.revision).unwrap().1.directory, before + 1);
    assert!(token(node, client, &second.client_secret).await.is_none());
    assert!(token(node, client, &third.client_secret).await.is_some());
    let request = pb::GetAuthorityRequest {
        community: COMMUNITY.into(),
        ..Default::default()
    };
    let authority: pb::Authority = node.call(&Who::service("policy"), request).await.unwrap();
    assert_eq!(
        (authority.clients.len(), authority.cutoffs.len()),
        (1, 1),
        "its former tokens are cut off"
    );
}

#[tokio::test]
async fn a_revoked_client_is_cut_off_for_good() {
    let world = World::start().await;
    let node = &world.node;
    let (_, collected) = world.partner("深圳北站").await;
    let client = collected.client.as_str();
    let mut caller = Who::new(principal(client));
    caller.token_issued_at = Some(node.now());
    let me: pb::WhoAmIResponse = node.call(&caller, pb::WhoAmIRequest {}).await.unwrap();
    assert_eq!((me.capacities.len(), me.full_name.as_str()), (1, ""));
    assert_eq!(me.capacities[0].display_name, "深圳北站");

    let before = node.sequence().await;
    let revoke = || pb::RevokeClientRequest { name: client.into() };
    let revoked: pb::Client = node.call(&world.secretary, revoke()).await.unwrap();
    assert!(revoked.revoke_time.is_some());
    assert_eq!(node.revisions.read(&revoked.revision).unwrap().1.directory, before + 1);
    assert!(token(node, client, &collected.client_secret).await.is_none());
    assert_eq!(
        node.refused::<pb::WhoAmIResponse, _>(&caller, pb::WhoAmIRequest {})
            .await,
        "CREDENTIALS_REVOKED"
    );
    assert_eq!(
        node.refused::<pb::Client, _>(&world.secretary, revoke()).await,
        "CLIENT_REVOKED"
    );
    let reason = node
        .refused::<pb::RotateClientSecretResponse, _>(&world.secretary, rotate(client, false))
        .await;
    assert_eq!(reason, "CLIENT_REVOKED");

    let authority = async || -> pb::Authority {
        let request = pb::GetAuthorityRequest {
            community: COMMUNITY.into(),
            ..Default::default()
        };
        node.call(&Who::service("policy"), request).await.unwrap()
    };
    let told = authority().await;
    assert!(told.clients.is_empty());
    assert_eq!(told.cutoffs[0].principal, principal(client).to_string());
    node.clock.advance_seconds(31 * 86_400);
    assert!(authority().await.cutoffs.is_empty(), "no token lives that long");
}

#[tokio::test]
async fn a_manager_keeps_its_own_client_and_sees_no_other() {
    let world = World::start().await;
    let node = &world.node;
    let (admitted, own) = world.partner("深圳北站").await;
    let (_, other) = world.partner("深圳高级中学北校区").await;
    let unit = format!("organizations/{}", admitted.membership.rsplit('/').next().unwrap());
    let manager = enrol(node, &own.enrolment_code, "chen")
        .await
        .unwrap()
        .who
        .acting_as(&unit);
    let list = || pb::ListClientsRequest {
        parent: COMMUNITY.into(),
        ..Default::default()
    };
    let seen: pb::ListClientsResponse = node.call(&manager, list()).await.unwrap();
    assert_eq!(
        seen.clients
            .iter()
            .map(|client| client.name.as_str())
            .collect::<Vec<_>>(),
        [own.client.as_str()]
    );
    let all: pb::ListClientsResponse = node.call(&world.secretary, list()).await.unwrap();
    assert_eq!(all.clients.len(), 2);

    let rotated: pb::RotateClientSecretResponse = node.call(&manager, rotate(&own.client, true)).await.unwrap();
    assert!(token(node, &own.client, &rotated.client_secret).await.is_some());
    let denied = async |name: &str| {
        node.refused::<pb::Client, _>(&manager, pb::GetClientRequest { name: name.into() })
            .await
    };
    assert_eq!(denied(&other.client).await, "PERMISSION_DENIED");
    assert_eq!(
        denied(&format!("{COMMUNITY}/clients/{UUID}")).await,
        "PERMISSION_DENIED"
    );
    let revoke = pb::RevokeClientRequest {
        name: own.client.clone(),
    };
    assert_eq!(
        node.refused::<pb::Client, _>(&manager, revoke).await,
        "PERMISSION_DENIED"
    );
    let machine = Who::new(principal(&own.client)).acting_as(&unit);
    let reason = node
        .refused::<pb::RotateClientSecretResponse, _>(&machine, rotate(&own.client, true))
        .await;
    assert_eq!(reason, "PERSONS_ONLY");
}
