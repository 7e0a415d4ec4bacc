use tonic::Code;
use tonic_types::StatusExt;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_client::SnapshotServiceClient;

use crate::fixture::links;

#[tokio::test]
async fn too_large_a_message_gets_our_code_over_every_link() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        let community = "x".repeat(5 << 20);
        let mut client = SnapshotServiceClient::new(link);
        let status = client
            .get_snapshot(pb::GetSnapshotRequest {
                community,
                at_least: None,
                ..Default::default()
            })
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{kind}: {status:?}");
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!(info.reason, "MESSAGE_TOO_LARGE", "{kind}");
        assert_eq!(info.metadata["limit"], (4 << 20).to_string(), "{kind}");
    }
}

#[tokio::test]
async fn an_unknown_method_is_told_over_every_link() {
    let (links, _served) = links().await;
    for (kind, link) in links {
        let mut client = yihe_proto::directory::v1::authority_service_client::AuthorityServiceClient::new(link);
        let request = yihe_proto::directory::v1::GetAuthorityRequest::default();
        let status = client.get_authority(request).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{kind}");
        assert_eq!(
            status.get_error_details().error_info().unwrap().reason,
            "METHOD_UNKNOWN",
            "{kind}"
        );
    }
}
