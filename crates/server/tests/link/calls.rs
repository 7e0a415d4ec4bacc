use std::time::{Duration, Instant};

use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;
use yihe_server::Link;

use crate::fixture::{links, order};

fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

fn asked(community: &str) -> pb::GetSnapshotRequest {
    pb::GetSnapshotRequest {
        community: community.into(),
        at_least: None,
        ..Default::default()
    }
}

#[tokio::test]
async fn unary_messages_and_metadata_go_both_ways() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        let mut client = SnapshotServiceClient::new(link);
        let response = client.get_snapshot(asked("communities/1")).await.unwrap();
        assert_eq!(response.metadata().get("x-told").unwrap(), "yes", "{kind}");
        assert_eq!(response.get_ref().community, "communities/1", "{kind}");
    }
}

#[tokio::test]
async fn a_refusal_keeps_details_and_metadata() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        let status = SnapshotServiceClient::new(link)
            .get_snapshot(order(asked(""), "fail"))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::NotFound, "{kind}");
        assert_eq!(reason(&status), "RESOURCE_NOT_FOUND", "{kind}");
        assert_eq!(status.metadata().get("x-told").unwrap(), "yes", "{kind}");
        let details = status.get_error_details();
        assert_eq!(
            details.resource_info().unwrap().resource_name,
            "communities/440309002021",
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_passed_deadline_is_told_in_time() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        let mut request = order(asked(""), "slow");
        request.set_timeout(Duration::from_millis(100));
        let begun = Instant::now();
        let status = SnapshotServiceClient::new(link)
            .get_snapshot(request)
            .await
            .unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(2), "{kind}");
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
            "{kind}"
        );
        assert_eq!(
            status.get_error_details().localized_message().unwrap().locale,
            "en",
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_stream_delivers_then_ends_with_its_error() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        for (what, code, told) in [
            ("fail", Code::Unavailable, "UNAVAILABLE"),
            ("slow", Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        ] {
            let mut request = order(pb::WatchRevisionsRequest {}, what);
            request.set_timeout(Duration::from_millis(1000));
            let mut stream = SnapshotServiceClient::new(link.clone())
                .watch_revisions(request)
                .await
                .unwrap()
                .into_inner();
            for index in 0..3 {
                let change = stream.message().await.unwrap().unwrap();
                assert_eq!(change.community, format!("communities/{index}"), "{kind} {what}");
            }
            let status = stream.message().await.unwrap_err();
            assert_eq!((status.code(), reason(&status).as_str()), (code, told), "{kind} {what}");
            // a stream's errors are made outside of the handler's future and still told in the caller's language
            if kind != "remote" {
                assert_eq!(
                    status.get_error_details().localized_message().unwrap().locale,
                    "en",
                    "{kind} {what}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_stream_that_is_always_ready_ends_at_its_deadline() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        let mut request = order(pb::WatchRevisionsRequest {}, "endless");
        request.set_timeout(Duration::from_millis(200));
        let end = tokio::time::timeout(Duration::from_secs(5), async {
            // on a busy machine the deadline may pass before the stream begins
            let mut stream = match SnapshotServiceClient::new(link).watch_revisions(request).await {
                Ok(answer) => answer.into_inner(),
                Err(status) => return status,
            };
            loop {
                if let Err(status) = stream.message().await {
                    return status;
                }
            }
        });
        assert_eq!(end.await.expect(kind).code(), Code::DeadlineExceeded, "{kind}");
    }
}

#[tokio::test]
async fn a_panic_in_process_is_internal_and_the_link_lives_on() {
    let (links, _served) = links().await;
    for (kind, link) in links.into_iter().filter(|(kind, _)| *kind != "remote") {
        let mut client = SnapshotServiceClient::new(link);
        let status = client.get_snapshot(order(asked(""), "panic")).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Internal, "INTERNAL"),
            "{kind}"
        );
        assert!(!status.message().contains("broke"), "{kind}");

        let request = order(pb::WatchRevisionsRequest {}, "panic");
        let mut stream = client.watch_revisions(request).await.unwrap().into_inner();
        let mut last = stream.message().await;
        while let Ok(Some(_)) = last {
            last = stream.message().await;
        }
        assert_eq!(last.unwrap_err().code(), Code::Internal, "{kind}");
        assert!(client.get_snapshot(asked("x")).await.is_ok(), "{kind}");
    }
}

#[tokio::test]
async fn handlers_know_the_deadline_in_process() {
    let (links, _served) = links().await;
    let (_, link) = links.into_iter().next().unwrap();
    let mut client = SnapshotServiceClient::new(link);
    let mut request = order(asked(""), "deadline");
    request.set_timeout(Duration::from_secs(5));
    assert_eq!(client.get_snapshot(request).await.unwrap().get_ref().community, "true");
    let without = order(asked(""), "deadline");
    assert_eq!(client.get_snapshot(without).await.unwrap().get_ref().community, "false");
}

#[tokio::test]
async fn a_link_that_leads_nowhere_yet_is_unavailable() {
    let (late, end) = Link::late();
    let mut client = SnapshotServiceClient::new(late);
    let status = client.get_snapshot(Request::new(asked(""))).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "UNAVAILABLE")
    );
    end.set(links().await.0.remove(0).1).unwrap();
    assert!(client.get_snapshot(asked("x")).await.is_ok());
    assert!(end.set(Link::late().0).is_err(), "a link is set once");
}

#[tokio::test]
async fn nobody_at_the_address_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let channel = tonic::transport::Channel::from_shared(format!("http://{address}"))
        .unwrap()
        .connect_lazy();
    let status = SnapshotServiceClient::new(Link::Remote(channel))
        .get_snapshot(asked(""))
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "UNAVAILABLE")
    );
    assert!(!status.message().contains("onnection refused"), "{}", status.message());
}
