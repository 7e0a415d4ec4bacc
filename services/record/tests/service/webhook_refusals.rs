//! What each RPC about webhooks refuses, and with which reason.

use yihe_proto::record::v1::*;

use crate::harness::{House, PARENT, Party, reason, told};
use crate::receiver::Receiver;
use crate::webhooks::create;

fn asked(url: &str) -> CreateWebhookRequest {
    CreateWebhookRequest {
        parent: PARENT.to_owned(),
        webhook: Some(Webhook {
            url: url.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Each RPC about one webhook, by this party.
async fn all_about(party: &Party, name: &str) -> Vec<(&'static str, String)> {
    let name = name.to_owned();
    let mut client = party.webhooks();
    let webhook = Some(Webhook {
        name: name.clone(),
        url: "https://example.org/".into(),
        ..Default::default()
    });
    let update = UpdateWebhookRequest {
        webhook,
        update_mask: Vec::new(),
    };
    let deliveries = ListDeliveriesRequest {
        parent: name.clone(),
        ..Default::default()
    };
    let replay = ReplayWebhookRequest {
        name: name.clone(),
        cursor: String::new(),
    };
    vec![
        ("update", reason(told(client.update_webhook(update)).await)),
        ("deliveries", reason(told(client.list_deliveries(deliveries)).await)),
        ("replay", reason(told(client.replay_webhook(replay)).await)),
        (
            "get",
            reason(told(client.get_webhook(GetWebhookRequest { name: name.clone() })).await),
        ),
        (
            "rotate",
            reason(told(client.rotate_webhook_secret(RotateWebhookSecretRequest { name: name.clone() })).await),
        ),
        (
            "enable",
            reason(told(client.enable_webhook(EnableWebhookRequest { name: name.clone() })).await),
        ),
        (
            "delete",
            reason(told(client.delete_webhook(DeleteWebhookRequest { name })).await),
        ),
    ]
}

#[tokio::test]
async fn anothers_webhook_and_one_that_is_not_there_are_refused_alike() {
    let house = House::new().await;
    let (unit, other) = (house.unit(), house.unit());
    let webhook = create(&unit, "https://example.org/").await;
    for name in [webhook.name, house.name("webhooks")] {
        for (rpc, reason) in all_about(&other, &name).await {
            assert_eq!(reason, "PERMISSION_DENIED", "{rpc} of {name}");
        }
    }
    let list = ListWebhooksRequest {
        parent: PARENT.to_owned(),
        ..Default::default()
    };
    let seen = told(other.webhooks().list_webhooks(list.clone())).await.unwrap();
    assert!(seen.webhooks.is_empty());
    assert_eq!(
        told(unit.webhooks().list_webhooks(list.clone()))
            .await
            .unwrap()
            .webhooks
            .len(),
        1
    );
    assert_eq!(
        told(house.secretary().webhooks().list_webhooks(list))
            .await
            .unwrap()
            .webhooks
            .len(),
        1
    );
}

#[tokio::test]
async fn malformed_names_are_refused() {
    let house = House::new().await;
    for name in [
        "communities/440309002021/events/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f",
        "webhooks/1",
    ] {
        for (rpc, reason) in all_about(&house.unit(), name).await {
            assert_eq!(reason, "MALFORMED_NAME", "{rpc} of {name}");
        }
    }
}

#[tokio::test]
async fn addresses_of_the_house_and_what_is_no_https_are_refused() {
    let house = House::new().await;
    let unit = house.unit();
    let webhook = create(&unit, "https://example.org/").await;
    for url in [
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "http://example.org:x/",
        "ftp://example.org/",
        "http://10.0.0.1/",
    ] {
        let refused = told(unit.webhooks().create_webhook(asked(url))).await;
        assert_eq!(reason(refused), "WEBHOOK_URL_REFUSED", "{url}");
        let update = UpdateWebhookRequest {
            webhook: Some(Webhook {
                url: url.to_owned(),
                ..webhook.clone()
            }),
            update_mask: vec!["url".into()],
        };
        assert_eq!(
            reason(told(unit.webhooks().update_webhook(update)).await),
            "WEBHOOK_URL_REFUSED"
        );
    }
}

#[tokio::test]
async fn bad_fields_and_cursors_are_named() {
    let house = House::new().await;
    let unit = house.unit();
    let long = Webhook {
        url: "https://example.org/".into(),
        description: "a".repeat(201),
        ..Default::default()
    };
    let bad_filter = Webhook {
        url: "https://example.org/".into(),
        filter: Some(EventFilter {
            types: vec!["a type".into()],
            ..Default::default()
        }),
        ..Default::default()
    };
    for webhook in [Webhook::default(), long, bad_filter] {
        let request = CreateWebhookRequest {
            webhook: Some(webhook),
            ..asked("")
        };
        assert_eq!(
            reason(told(unit.webhooks().create_webhook(request)).await),
            "INVALID_REQUEST"
        );
    }
    let request = CreateWebhookRequest {
        cursor: "x".into(),
        ..asked("https://example.org/")
    };
    assert_eq!(
        reason(told(unit.webhooks().create_webhook(request)).await),
        "CURSOR_INVALID"
    );
    let webhook = create(&unit, "https://example.org/").await;
    let replay = ReplayWebhookRequest {
        name: webhook.name.clone(),
        cursor: "x".into(),
    };
    assert_eq!(
        reason(told(unit.webhooks().replay_webhook(replay)).await),
        "CURSOR_INVALID"
    );
    let update = UpdateWebhookRequest {
        webhook: Some(webhook.clone()),
        update_mask: vec!["state".into()],
    };
    assert_eq!(
        reason(told(unit.webhooks().update_webhook(update)).await),
        "INVALID_REQUEST"
    );
    let stale = UpdateWebhookRequest {
        webhook: Some(Webhook {
            etag: "7".into(),
            ..webhook.clone()
        }),
        update_mask: vec!["description".into()],
    };
    assert_eq!(
        reason(told(unit.webhooks().update_webhook(stale)).await),
        "ETAG_MISMATCH"
    );
    let enable = EnableWebhookRequest { name: webhook.name };
    assert_eq!(
        reason(told(unit.webhooks().enable_webhook(enable)).await),
        "WEBHOOK_STATE"
    );
}

#[tokio::test]
async fn a_request_has_one_effect_and_a_retry_tells_no_secret() {
    let house = House::new().await;
    let unit = house.unit();
    let request = CreateWebhookRequest {
        request_id: house.ids.next::<uuid::Uuid>().to_string(),
        ..asked("https://example.org/")
    };
    let first = told(unit.webhooks().create_webhook(request.clone())).await.unwrap();
    let again = told(unit.webhooks().create_webhook(request.clone())).await.unwrap();
    assert!(!first.secret.is_empty() && again.secret.is_empty());
    assert_eq!(first.name, again.name);
    let other = CreateWebhookRequest {
        request_id: request.request_id,
        ..asked("https://example.com/")
    };
    assert_eq!(
        reason(told(unit.webhooks().create_webhook(other)).await),
        "REQUEST_ID_REUSED"
    );
}

#[tokio::test]
async fn residents_have_none_and_organizations_have_not_too_many() {
    let house = House::new().await;
    let refused = told(
        house
            .resident()
            .webhooks()
            .create_webhook(asked("https://example.org/")),
    )
    .await;
    assert_eq!(reason(refused), "ORGANIZATION_REQUIRED");
    let unit = house.unit();
    for _ in 0..20 {
        create(&unit, "https://example.org/").await;
    }
    let refused = told(unit.webhooks().create_webhook(asked("https://example.org/"))).await;
    assert_eq!(reason(refused), "WEBHOOK_LIMIT");
    create(&house.unit(), "https://example.org/").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_that_is_deleted_is_told_nothing_more_and_one_that_moved_is_told_elsewhere() {
    let house = House::new().await;
    let (unit, first, second) = (house.unit(), Receiver::start().await, Receiver::start().await);
    let webhook = create(&unit, &first.url).await;
    let update = UpdateWebhookRequest {
        webhook: Some(Webhook {
            url: second.url.clone(),
            description: "新系统".into(),
            ..webhook.clone()
        }),
        update_mask: vec!["url".into()],
    };
    let moved = told(unit.webhooks().update_webhook(update)).await.unwrap();
    assert_eq!(
        (moved.url.as_str(), moved.description.as_str()),
        (second.url.as_str(), "")
    );
    assert_ne!(moved.etag, webhook.etag);
    house
        .tell("yihe.resource.v1.NeedCreated", &house.name("needs"), &unit)
        .await;
    second.heard(1).await;
    assert!(first.posted().is_empty());
    let delete = DeleteWebhookRequest {
        name: webhook.name.clone(),
    };
    told(unit.webhooks().delete_webhook(delete.clone())).await.unwrap();
    house
        .tell("yihe.resource.v1.NeedCreated", &house.name("needs"), &unit)
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(second.posted().len(), 1);
    let gone = told(unit.webhooks().delete_webhook(delete)).await;
    assert_eq!(reason(gone), "PERMISSION_DENIED");
}
