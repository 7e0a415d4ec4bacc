use crate::harness::{House, MEETING, declare, listed, reason};

#[tokio::test]
async fn a_request_id_has_one_effect() {
    let house = House::new().await;
    let mut declaration = declare(MEETING, b"once");
    declaration.request_id = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e70".to_owned();
    let first = house.upload(declaration.clone(), b"once").await.unwrap();
    let second = house.upload(declaration.clone(), b"once").await.unwrap();
    assert_eq!(first, second);
    let both = tokio::join!(
        house.upload(declaration.clone(), b"once"),
        house.upload(declaration.clone(), b"once")
    );
    assert_eq!((both.0.unwrap(), both.1.unwrap()), (first.clone(), first.clone()));
    assert_eq!(listed(&house, MEETING).await, [first.name]);

    let mut other = declare(MEETING, b"other");
    other.request_id.clone_from(&declaration.request_id);
    assert_eq!(reason(house.upload(other, b"other").await), "REQUEST_ID_REUSED");
    let mut malformed = declaration;
    malformed.request_id = "1".to_owned();
    assert_eq!(reason(house.upload(malformed, b"once").await), "INVALID_REQUEST");
    assert_eq!(listed(&house, MEETING).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_bytes_at_once_are_one_blob() {
    let house = House::new().await;
    let content = vec![b'x'; 700_000];
    let uploads = (0..8).map(|_| house.upload(declare(MEETING, &content), &content));
    for upload in futures::future::join_all(uploads).await {
        upload.unwrap();
    }
    assert_eq!((house.lying().len(), listed(&house, MEETING).await.len()), (1, 8));
}
