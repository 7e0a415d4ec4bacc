//! What the files of one community may take together.

use futures::{StreamExt, stream};
use tonic::Code;
use tonic_types::StatusExt;
use yihe_file::Config;
use yihe_proto::file::v1::RetireFileRequest;
use yihe_store::Backend;
use yihe_testkit::Postgres;

use crate::harness::{House, MEETING, OTHER_MEETING, declare, listed, messages, reason};

const DAY: i64 = 86_400;
const LIMIT: i64 = 1_000;

fn config() -> Config {
    Config {
        community_bytes: LIMIT,
        ..Config::default()
    }
}

async fn a_community_that_is_full_takes_no_more_at(house: House) {
    let large = vec![b'a'; 900];
    let mut declared = declare(MEETING, &large);
    declared.request_id = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e70".to_owned();
    let kept = house.upload(declared.clone(), &large).await.unwrap();
    let more = vec![b'b'; 101];
    // before a byte is read: it never ends
    let endless = stream::iter(messages(declare(MEETING, &more), &[])).chain(stream::pending());
    let status = house.send(endless).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!(info.reason, "COMMUNITY_FILES_FULL");
    for (key, value) in [
        ("name", "communities/440309002021"),
        ("used", "900"),
        ("limit", "1000"),
        ("size", "101"),
    ] {
        assert_eq!(info.metadata[key], value, "{key}");
    }
    // the same bytes once more are a file too
    assert_eq!(
        reason(house.upload(declare(MEETING, &large), &large).await),
        "COMMUNITY_FILES_FULL"
    );
    // a repeat of what had its effect is none
    assert_eq!(house.upload(declared, &large).await.unwrap(), kept);
    // to the byte, and other communities have their own
    house
        .upload(declare(MEETING, &more[..100]), &more[..100])
        .await
        .unwrap();
    house.upload(declare(OTHER_MEETING, &large), &large).await.unwrap();
    assert_eq!(listed(&house, MEETING).await.len(), 2);

    let retire = RetireFileRequest { name: kept.name };
    house.files().retire_file(retire).await.unwrap();
    assert_eq!(
        reason(house.upload(declare(MEETING, &more), &more).await),
        "COMMUNITY_FILES_FULL",
        "its bytes are kept for a time"
    );
    house.clock.advance_seconds(31 * DAY);
    house.sweep().await;
    house.upload(declare(MEETING, &more), &more).await.unwrap();
}

#[tokio::test]
async fn a_community_that_is_full_takes_no_more() {
    a_community_that_is_full_takes_no_more_at(House::with(config()).await).await;
}

#[tokio::test]
async fn a_community_that_is_full_takes_no_more_on_postgresql() {
    let server = Postgres::start().unwrap();
    let backend = Backend::Postgres {
        url: server.url(),
        schema: "file".to_owned(),
    };
    let house = House::on(backend, config(), tempfile::tempdir().unwrap()).await;
    a_community_that_is_full_takes_no_more_at(house).await;
}

#[tokio::test]
async fn uploads_at_once_do_not_share_the_last_room() {
    let house = House::with(config()).await;
    let contents: Vec<Vec<u8>> = (b'a'..b'i').map(|letter| vec![letter; 300]).collect();
    let uploads = contents
        .iter()
        .map(|content| house.upload(declare(MEETING, content), content));
    let answers = futures::future::join_all(uploads).await;
    let refused: Vec<String> = answers.into_iter().filter(Result::is_err).map(reason).collect();
    assert_eq!(refused, ["COMMUNITY_FILES_FULL"; 5]);
    assert_eq!(listed(&house, MEETING).await.len(), 3);
}
