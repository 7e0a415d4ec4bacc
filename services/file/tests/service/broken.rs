//! Uploads that do not end well leave nothing, and what a crash leaves is swept.

use std::time::Duration;

use futures::{StreamExt, stream};
use yihe_file::{Config, Swept};
use yihe_proto::file::v1::UploadFileRequest;

use crate::harness::{House, MEETING, declare, listed, messages, reason};

fn text(length: usize) -> Vec<u8> {
    vec![b'x'; length]
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_nothing() {
    let house = House::new().await;
    let content = text(1_000_000);
    let begun = messages(declare(MEETING, &content), &content[..500_000]);
    let upload = house.send(stream::iter(begun).chain(stream::pending()));
    assert!(tokio::time::timeout(Duration::from_millis(300), upload).await.is_err());
    house.until_lying(0).await;
    assert!(listed(&house, MEETING).await.is_empty());
    house.upload(declare(MEETING, &content), &content).await.unwrap();
}

#[tokio::test]
async fn an_upload_that_brings_nothing_is_given_up() {
    let config = Config {
        stall: Duration::from_millis(100),
        ..Config::default()
    };
    let house = House::with(config).await;
    let content = text(10);
    let begun = messages(declare(MEETING, &content), &content[..5]);
    let answer = house.send(stream::iter(begun).chain(stream::pending())).await;
    assert_eq!(reason(answer), "UPLOAD_STALLED");

    let config = Config {
        longest_upload: Duration::from_millis(300),
        ..Config::default()
    };
    let house = House::with(config).await;
    let begun = messages(declare(MEETING, &content), &[]);
    let drops = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((UploadFileRequest::default(), ()))
    });
    assert_eq!(
        reason(house.send(stream::iter(begun).chain(drops)).await),
        "UPLOAD_STALLED"
    );
    house.until_lying(0).await;
}

#[tokio::test]
async fn too_much_is_refused_as_soon_as_it_comes() {
    let house = House::new().await;
    let content = text(300_000);
    let mut declaration = declare(MEETING, &content);
    declaration.size_bytes = 150_000;
    // it never ends: whoever waited for the end would wait for ever
    let endless = stream::iter(messages(declaration, &content)).chain(stream::pending());
    let answer = tokio::time::timeout(Duration::from_secs(5), house.send(endless)).await;
    assert_eq!(reason(answer.unwrap()), "SIZE_MISMATCH");
    let mut large = declare(MEETING, &content);
    large.size_bytes = 2 << 30;
    let endless = stream::iter(messages(large, &[])).chain(stream::pending());
    let answer = tokio::time::timeout(Duration::from_secs(5), house.send(endless)).await;
    assert_eq!(reason(answer.unwrap()), "FILE_TOO_LARGE");
    let wide = UploadFileRequest {
        chunk: text(1_100_000),
        declaration: None,
    };
    let mut wider = messages(declare(MEETING, &text(2_000_000)), &[]);
    wider.push(wide);
    assert_eq!(reason(house.send(stream::iter(wider)).await), "MESSAGE_TOO_LARGE");
    // a caller that comes around the gateway with nothing at all
    assert_eq!(reason(house.send(stream::iter(Vec::new())).await), "INVALID_REQUEST");
    house.until_lying(0).await;
}

/// A crash can leave bytes that are not whole, whole ones not yet at their address, and ones at their address that no file has.
#[tokio::test]
async fn what_a_crash_leaves_is_not_seen_and_swept() {
    let house = House::new().await;
    let kept = b"kept";
    let file = house.upload(declare(MEETING, kept), kept).await.unwrap();

    // an upload under way: its place is reserved, its bytes come
    let orphan = text(200_000);
    let declaration = declare(MEETING, &orphan);
    let address = house.folder().join(format!(
        "440309002021/{}/{}",
        &declaration.sha256[..2],
        declaration.sha256
    ));
    let begun = stream::iter(messages(declaration.clone(), &orphan[..100_000])).chain(stream::pending());
    let sent = {
        let files = house.files();
        tokio::spawn(async move {
            let mut files = files;
            files.upload_file(begun).await
        })
    };
    house.until_lying(2).await;
    let half = house
        .lying()
        .into_iter()
        .find(|path| path.contains("uploading"))
        .unwrap();
    let bytes = std::fs::read(&half).unwrap();
    assert!(bytes.len() <= 100_000);
    sent.abort();
    house.until_lying(1).await;
    // as if the process had ended instead, at each of the three moments
    std::fs::write(&half, &bytes).unwrap();
    std::fs::write(half.split('#').next().unwrap(), &orphan).unwrap();
    std::fs::create_dir_all(address.parent().unwrap()).unwrap();
    std::fs::write(&address, &orphan).unwrap();
    let house = house.again().await;
    assert_eq!(house.lying().len(), 4);
    assert_eq!(listed(&house, MEETING).await, [file.name.as_str()]);
    assert_eq!(
        house.sweep().await,
        Swept::default(),
        "an upload may still be under way"
    );
    house.clock.advance_seconds(3601);
    let swept = Swept {
        blobs: 1,
        unfinished: 2,
        files: 0,
    };
    assert_eq!(house.sweep().await, swept);
    house.until_lying(1).await;
    assert_eq!(house.download(&file.name).await.unwrap(), kept);
    house.upload(declaration, &orphan).await.unwrap();
}

#[tokio::test]
async fn lost_bytes_are_told_and_not_made_up() {
    let house = House::new().await;
    let file = house.upload(declare(MEETING, b"kept"), b"kept").await.unwrap();
    std::fs::write(&house.lying()[0], b"k").unwrap();
    assert_eq!(reason(house.download(&file.name).await), "STORAGE_BROKEN");
    std::fs::remove_file(&house.lying()[0]).unwrap();
    assert_eq!(reason(house.download(&file.name).await), "STORAGE_BROKEN");
    // whoever brings them again mends it
    house.upload(declare(MEETING, b"kept"), b"kept").await.unwrap();
    assert_eq!(house.download(&file.name).await.unwrap(), b"kept");
}
