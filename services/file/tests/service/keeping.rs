//! What lies in the folder, and for how long.

use yihe_file::Swept;
use yihe_proto::file::v1::{FileState, GetFileRequest, RetainFilesRequest, RetireFileRequest};

use crate::harness::{COMMUNITY, House, ITEM, MEETING, OTHER_ORGANIZATION, declare, listed, reason};

const DAY: i64 = 86_400;
const TEXT: &[u8] = "一核多元\n".as_bytes();

pub async fn two_files_are_one_blob_at(house: House) {
    let paper = house.upload(declare(MEETING, TEXT), TEXT).await.unwrap();
    let evidence = house.upload(declare(ITEM, TEXT), TEXT).await.unwrap();
    assert_ne!(paper.name, evidence.name);
    assert_eq!(paper.sha256, evidence.sha256);
    let place = format!("440309002021/{}/{}", &paper.sha256[..2], paper.sha256);
    assert_eq!(house.lying(), [house.folder().join(place).display().to_string()]);

    // one ends; the other keeps its bytes
    let retire = |name: &str| RetireFileRequest { name: name.to_owned() };
    house.files().retire_file(retire(&paper.name)).await.unwrap();
    house.clock.advance_seconds(31 * DAY);
    let removed = Swept {
        files: 1,
        ..Swept::default()
    };
    assert_eq!(house.sweep().await, removed);
    assert_eq!(house.download(&evidence.name).await.unwrap(), TEXT);
    let get = GetFileRequest { name: paper.name };
    let state = house.files().get_file(get).await.unwrap().into_inner().state();
    assert_eq!(state, FileState::Removed);

    // the last one ends
    house.files().retire_file(retire(&evidence.name)).await.unwrap();
    house.clock.advance_seconds(29 * DAY);
    assert_eq!(house.sweep().await, Swept::default(), "the period is not over");
    house.clock.advance_seconds(2 * DAY);
    let removed = Swept {
        files: 1,
        blobs: 1,
        ..Swept::default()
    };
    assert_eq!(house.sweep().await, removed);
    assert!(house.lying().is_empty());
    // and the same bytes may come again
    let again = house.upload(declare(MEETING, TEXT), TEXT).await.unwrap();
    assert_eq!(house.download(&again.name).await.unwrap(), TEXT);
}

#[tokio::test]
async fn two_files_of_the_same_bytes_are_one_blob() {
    two_files_are_one_blob_at(House::new().await).await;
}

#[tokio::test]
async fn what_a_record_cites_is_kept_for_its_time() {
    let house = House::new().await;
    let file = house.upload(declare(MEETING, TEXT), TEXT).await.unwrap();
    let until = |seconds: i64| RetainFilesRequest {
        community: COMMUNITY.to_owned(),
        names: vec![file.name.clone()],
        retain_until_time: Some(prost_types::Timestamp { seconds, nanos: 0 }),
    };
    let year = 1_772_413_200 + 365 * DAY;
    let mut lookup = house.lookup("meeting");
    lookup.retain_files(until(year)).await.unwrap();
    let kept = lookup.retain_files(until(year - DAY)).await.unwrap().into_inner();
    assert_eq!(
        kept.files[0].retain_until_time.unwrap().seconds,
        year,
        "a later instant stays"
    );
    let retire = RetireFileRequest {
        name: file.name.clone(),
    };
    assert_eq!(reason(house.files().retire_file(retire.clone()).await), "FILE_RETAINED");
    house.clock.advance_seconds(364 * DAY);
    assert_eq!(reason(house.files().retire_file(retire.clone()).await), "FILE_RETAINED");
    assert_eq!(house.sweep().await, Swept::default());
    assert_eq!(house.download(&file.name).await.unwrap(), TEXT);
    house.clock.advance_seconds(2 * DAY);
    house.files().retire_file(retire).await.unwrap();
}

#[tokio::test]
async fn a_file_retired_and_cited_afterwards_outlives_the_period_for_retired_files() {
    let house = House::new().await;
    let file = house.upload(declare(MEETING, TEXT), TEXT).await.unwrap();
    let retire = RetireFileRequest {
        name: file.name.clone(),
    };
    house.files().retire_file(retire).await.unwrap();
    assert_eq!(reason(house.download(&file.name).await), "FILE_RETIRED");
    let retain = RetainFilesRequest {
        community: COMMUNITY.to_owned(),
        names: vec![file.name.clone()],
        retain_until_time: Some(prost_types::Timestamp {
            seconds: 1_772_413_200 + 100 * DAY,
            nanos: 0,
        }),
    };
    house.lookup("meeting").retain_files(retain.clone()).await.unwrap();
    house.clock.advance_seconds(99 * DAY);
    assert_eq!(house.sweep().await, Swept::default());
    assert_eq!(house.download(&file.name).await.unwrap(), TEXT);
    house.clock.advance_seconds(2 * DAY);
    assert_eq!((house.sweep().await.files, house.lying().len()), (1, 0));
    assert_eq!(
        reason(house.lookup("meeting").retain_files(retain).await),
        "FILE_RETIRED"
    );
}

#[tokio::test]
async fn only_whoever_added_a_file_retires_it_and_only_while_it_sees_the_object() {
    let house = House::new().await;
    let file = house.upload(declare(MEETING, TEXT), TEXT).await.unwrap();
    let retire = RetireFileRequest {
        name: file.name.clone(),
    };
    let other = house.files_of(OTHER_ORGANIZATION).retire_file(retire.clone()).await;
    assert_eq!(reason(other), "PERMISSION_DENIED");
    house.objects.forget(MEETING);
    assert_eq!(
        reason(house.files().retire_file(retire.clone()).await),
        "PERMISSION_DENIED"
    );
    house.objects.tell(MEETING);
    house.files().retire_file(retire).await.unwrap();
    assert_eq!(listed(&house, MEETING).await, [file.name]);
}
