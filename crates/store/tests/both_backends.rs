//! The same promises on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use sea_orm_migration::prelude::*;
use tempfile::TempDir;
use yihe_kernel::{Error, SystemClock, reasons};
use yihe_store::{Backend, Failure, NewEvent, Remembered, Store, StoreConfig, Tx, with_own_tables};
use yihe_testkit::Postgres;

struct Counter;

impl MigrationName for Counter {
    fn name(&self) -> &'static str {
        "m0002_counter"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Counter {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("counter")
            .col(ColumnDef::new("id").integer().not_null().primary_key())
            .col(ColumnDef::new("value").big_integer().not_null())
            .to_owned();
        manager.create_table(table).await?;
        manager
            .get_connection()
            .execute_unprepared("INSERT INTO counter (id, value) VALUES (1, 0)")
            .await?;
        Ok(())
    }
}

fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    with_own_tables(vec![Box::new(Counter)])
}

/// Keeps what the store stands on for as long as the test runs.
enum Ground {
    Folder(TempDir),
    Server(Postgres),
}

impl Ground {
    fn sqlite() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    fn postgres() -> Self {
        Self::Server(Postgres::start().unwrap())
    }

    async fn open(&self) -> Store {
        let backend = match self {
            Self::Folder(folder) => Backend::Sqlite {
                file: folder.path().join("test.db"),
            },
            Self::Server(server) => Backend::Postgres {
                url: server.url(),
                schema: "test".into(),
            },
        };
        Store::open(&StoreConfig::new(backend, [1; 32]), migrations, Arc::new(SystemClock))
            .await
            .unwrap()
    }
}

macro_rules! on_both {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Ground::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(super::Ground::postgres()).await;
            })+
        }
    };
}

on_both! {
    no_increment_is_lost
    a_refusal_leaves_nothing_behind
    refused_among_many_takes_nobody_along
    a_request_has_one_effect
    several_starts_at_once_migrate_once
    a_caller_that_goes_away_does_not_stop_the_transaction
    a_panicking_body_is_contained
}

async fn value(store: &Store) -> i64 {
    read(store.reader()).await.unwrap()
}

async fn read<C: ConnectionTrait>(connection: &C) -> Result<i64, Failure> {
    let backend = connection.get_database_backend();
    let lock = if backend == DbBackend::Postgres {
        " FOR UPDATE"
    } else {
        ""
    };
    let sql = format!("SELECT value FROM counter WHERE id = 1{lock}");
    let row = connection
        .query_one_raw(Statement::from_string(backend, sql))
        .await?
        .unwrap();
    Ok(row.try_get_by_index(0)?)
}

async fn increment(tx: &Tx) -> Result<i64, Failure> {
    let next = read(tx).await? + 1;
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_string(
        backend,
        format!("UPDATE counter SET value = {next} WHERE id = 1"),
    ))
    .await?;
    tx.append(event(&next.to_string())).await?;
    Ok(next)
}

fn event(subject: &str) -> NewEvent {
    NewEvent {
        community: Some("440309002021".parse().unwrap()),
        kind: "test.Counted",
        stream: "counter".into(),
        subject: subject.into(),
        actor: "services/test".into(),
        organization: None,
        payload: vec![1, 2, 3],
        at: yihe_kernel::Timestamp::from_seconds(1),
    }
}

async fn no_increment_is_lost(ground: Ground) {
    let store = ground.open().await;
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .transaction("test.increment", (), |tx, ()| Box::pin(increment(tx)))
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=200).collect::<Vec<i64>>());
    assert_eq!(value(&store).await, 200);
    let events = store.feed().of_stream("counter", 0, 1000).await.unwrap();
    assert_eq!(events.len(), 200);
    assert_eq!(events[0].community.as_ref().unwrap().as_str(), "440309002021");
}

async fn a_refusal_leaves_nothing_behind(ground: Ground) {
    let store = ground.open().await;
    let refused: Result<(), Error> = store
        .transaction("test.refuse", (), |tx, ()| {
            Box::pin(async move {
                increment(tx).await?;
                Err(Error::not_found("x").into())
            })
        })
        .await;
    assert!(refused.unwrap_err().is(&reasons::RESOURCE_NOT_FOUND));
    assert_eq!(value(&store).await, 0);
    assert!(store.feed().after(0, 10).await.unwrap().is_empty());
}

async fn refused_among_many_takes_nobody_along(ground: Ground) {
    let store = ground.open().await;
    let tasks: Vec<_> = (0..120)
        .map(|index| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .transaction("test.mixed", index, |tx, index| {
                        Box::pin(async move {
                            // a third refuse before writing, a third after, a third count
                            if index % 3 == 0 {
                                return Err(Error::not_found(index).into());
                            }
                            let next = increment(tx).await?;
                            if index % 3 == 1 {
                                Err(Error::not_found(index).into())
                            } else {
                                Ok(next)
                            }
                        })
                    })
                    .await
            })
        })
        .collect();
    let mut counted = 0;
    for (index, task) in tasks.into_iter().enumerate() {
        match task.await.unwrap() {
            Ok(_) => {
                assert_eq!(index % 3, 2);
                counted += 1;
            }
            Err(error) => assert!(error.is(&reasons::RESOURCE_NOT_FOUND), "{error}"),
        }
    }
    assert_eq!(counted, 40);
    assert_eq!(value(&store).await, 40);
    assert_eq!(store.feed().after(0, 1000).await.unwrap().len(), 40);
}

async fn a_request_has_one_effect(ground: Ground) {
    let store = ground.open().await;
    let id = store.ids().next::<uuid::Uuid>();
    let ask = |body: &'static [u8]| {
        let store = store.clone();
        async move {
            store
                .transaction("test.request", (id, body), |tx, (id, body)| {
                    Box::pin(async move {
                        let at = yihe_kernel::Timestamp::from_seconds(1);
                        let known = tx
                            .remember("440309002021", "users/x", Some(*id), body, "things/1", at)
                            .await?;
                        if known == Remembered::Fresh {
                            increment(tx).await?;
                        }
                        Ok(known)
                    })
                })
                .await
        }
    };
    assert_eq!(ask(b"same").await.unwrap(), Remembered::Fresh);
    assert_eq!(ask(b"same").await.unwrap(), Remembered::Replay("things/1".into()));
    assert!(ask(b"other").await.unwrap_err().is(&reasons::REQUEST_ID_REUSED));
    assert_eq!(value(&store).await, 1);
}

async fn several_starts_at_once_migrate_once(ground: Ground) {
    let stores = futures::future::join_all((0..4).map(|_| ground.open())).await;
    for store in &stores {
        assert_eq!(value(store).await, 0);
    }
}

async fn a_caller_that_goes_away_does_not_stop_the_transaction(ground: Ground) {
    let store = ground.open().await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let begun = Arc::new(std::sync::Mutex::new(Some(begun)));
    let task = {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .transaction("test.slow", begun, |tx, begun| {
                    Box::pin(async move {
                        if let Some(begun) = begun.lock().unwrap().take() {
                            let _ = begun.send(());
                        }
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                        increment(tx).await
                    })
                })
                .await
        })
    };
    has_begun.await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    for _ in 0..100 {
        if value(&store).await == 1 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the transaction was stopped");
}

async fn a_panicking_body_is_contained(ground: Ground) {
    let store = ground.open().await;
    let runs = Arc::new(AtomicU32::new(0));
    let refused: Result<(), Error> = store
        .transaction("test.panic", Arc::clone(&runs), |tx, runs| {
            Box::pin(async move {
                runs.fetch_add(1, Ordering::SeqCst);
                increment(tx).await?;
                panic!("a bug")
            })
        })
        .await;
    assert!(refused.unwrap_err().is(&reasons::INTERNAL));
    assert_eq!(
        store
            .transaction("test.increment", (), |tx, ()| Box::pin(increment(tx)))
            .await
            .unwrap(),
        1
    );
}
