use tonic::Code;
use yihe_proto::file::v1::{LookupFilesRequest, RetainFilesRequest};

use crate::harness::{COMMUNITY, House, MEETING, declare, reason};

#[tokio::test]
async fn services_look_up_what_records_name() {
    let house = House::new().await;
    let file = house.upload(declare(MEETING, b"kept"), b"kept").await.unwrap();
    let missing = format!("{COMMUNITY}/files/0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e70");
    let ask = |community: &str, names: &[&str]| LookupFilesRequest {
        community: community.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut meeting = house.lookup("meeting");
    let found = meeting.lookup_files(ask(COMMUNITY, &[&missing, &file.name])).await;
    assert_eq!(found.unwrap().into_inner().files, std::slice::from_ref(&file));
    let many = vec![missing.as_str(); 1001];
    assert_eq!(
        reason(meeting.lookup_files(ask(COMMUNITY, &many)).await),
        "INVALID_REQUEST"
    );
    let elsewhere = ask("communities/440309002022", &[&file.name]);
    assert_eq!(reason(meeting.lookup_files(elsewhere).await), "TWO_COMMUNITIES");

    // all or none
    let retain = RetainFilesRequest {
        community: COMMUNITY.to_owned(),
        names: vec![file.name.clone(), missing],
        retain_until_time: Some(prost_types::Timestamp {
            seconds: 1_800_000_000,
            nanos: 0,
        }),
    };
    assert_eq!(reason(meeting.retain_files(retain.clone()).await), "RESOURCE_NOT_FOUND");
    let found = meeting.lookup_files(ask(COMMUNITY, &[&file.name])).await.unwrap();
    assert_eq!(found.into_inner().files, [file]);
    let timeless = RetainFilesRequest {
        retain_until_time: None,
        ..retain
    };
    assert_eq!(reason(meeting.retain_files(timeless).await), "INVALID_REQUEST");
    let stranger = house.lookup("policy").lookup_files(ask(COMMUNITY, &[])).await;
    assert_eq!(stranger.unwrap_err().code(), Code::PermissionDenied);
}
