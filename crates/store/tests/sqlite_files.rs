//! What an operator is told when a data file is unusable, and that readers cannot write.

use std::sync::Arc;

use sea_orm::ConnectionTrait;
use yihe_kernel::{SystemClock, Timestamp, reasons};
use yihe_store::{Backend, NewEvent, Store, StoreConfig, with_own_tables};

async fn open(file: &std::path::Path) -> yihe_kernel::Result<Store> {
    let config = StoreConfig::new(Backend::Sqlite { file: file.to_owned() }, [1; 32]);
    Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock)).await
}

#[tokio::test]
async fn a_broken_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("meeting.db");
    std::fs::write(&file, vec![0x5a; 8192]).unwrap();
    let error = open(&file).await.err().unwrap();
    assert!(error.is(&reasons::STORAGE_BROKEN), "{error}");
    assert!(error.to_string().contains("meeting.db"));
    assert_eq!(std::fs::read(&file).unwrap(), vec![0x5a; 8192]);
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = open(&folder.path().join("nowhere/meeting.db")).await.err().unwrap();
    assert!(error.is(&reasons::UNAVAILABLE), "{error}");
    assert!(error.to_string().contains("nowhere/meeting.db"));
}

#[tokio::test]
async fn a_full_disk_is_named_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("meeting.db")).await.unwrap();
    let fill = |limit: bool| {
        let store = store.clone();
        async move {
            store
                .transaction("test.fill", limit, |tx, limit| {
                    Box::pin(async move {
                        // what the file system says when it is full, SQLite says when the file may not grow
                        let pages = if *limit { 40 } else { 1_000_000 };
                        tx.execute_unprepared(&format!("PRAGMA max_page_count = {pages}"))
                            .await?;
                        let event = NewEvent {
                            community: None,
                            kind: "test.Filled",
                            stream: "s".into(),
                            subject: "x".into(),
                            actor: "services/test".into(),
                            organization: None,
                            payload: vec![0; 100_000],
                            at: Timestamp::from_seconds(1),
                        };
                        for _ in 0..4 {
                            tx.append(event.clone()).await?;
                        }
                        Ok(())
                    })
                })
                .await
        }
    };
    let error = fill(true).await.unwrap_err();
    assert!(error.is(&reasons::STORAGE_FULL), "{error}");
    assert!(error.to_string().contains("meeting.db"), "{error}");
    assert!(store.feed().after(0, 10).await.unwrap().is_empty());
    // and it goes on once there is room
    fill(false).await.unwrap();
    assert_eq!(store.feed().after(0, 10).await.unwrap().len(), 4);
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("test.db")).await.unwrap();
    let refused = store.reader().execute_unprepared("DELETE FROM outbox").await;
    assert!(refused.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn page_tokens_belong_to_their_query() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("test.db")).await.unwrap();
    let page = store.page("meetings of 440309002021", 2, "").unwrap();
    let (items, token) = page.next(vec![1, 2, 3], ToString::to_string);
    assert_eq!(items, [1, 2]);
    let next = store.page("meetings of 440309002021", 2, &token).unwrap();
    assert_eq!(next.after.as_deref(), Some("2"));
    let last = next.next(vec![3], ToString::to_string);
    assert_eq!(last, (vec![3], String::new()));
    for (query, token) in [
        ("meetings of 440305006013", token.as_str()),
        ("meetings of 440309002021", "AAAA"),
        ("meetings of 440309002021", "不"),
    ] {
        assert!(
            store
                .page(query, 2, token)
                .unwrap_err()
                .is(&reasons::PAGE_TOKEN_INVALID)
        );
    }
    assert!(store.page("q", -1, "").unwrap_err().is(&reasons::INVALID_REQUEST));
    assert_eq!(store.page("q", i32::MAX, "").unwrap().limit, 1000);
}
