//! What PostgreSQL alone can be told.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::sync::Barrier;
use yihe_kernel::{Error, SystemClock, reasons};
use yihe_store::{Backend, Failure, Store, StoreConfig, with_own_tables};
use yihe_testkit::{Authority, Postgres};

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let server = Postgres::start().unwrap();
    let backend = Backend::Postgres {
        url: server.url(),
        schema: "slow".to_owned(),
    };
    let config = StoreConfig {
        statement_timeout: Some(Duration::from_millis(200)),
        ..StoreConfig::new(backend, [0; 32])
    };
    let store = Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock))
        .await
        .unwrap();
    let begun = Instant::now();
    let sleep = Statement::from_string(DbBackend::Postgres, "SELECT pg_sleep(20)");
    let ended = store.reader().query_one_raw(sleep).await.unwrap_err();
    assert!(ended.to_string().contains("statement timeout"), "{ended}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

async fn open(server: &Postgres, change: impl FnOnce(&mut StoreConfig)) -> Store {
    let backend = Backend::Postgres {
        url: server.url(),
        schema: "test".to_owned(),
    };
    let mut config = StoreConfig::new(backend, [0; 32]);
    change(&mut config);
    Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock))
        .await
        .unwrap()
}

async fn write(store: &Store) -> Result<(), Error> {
    store
        .transaction("test.write", (), |tx, ()| {
            Box::pin(async move {
                tx.execute_unprepared("CREATE TEMPORARY TABLE IF NOT EXISTS noted (id int)")
                    .await?;
                Ok(())
            })
        })
        .await
}

async fn read(store: &Store) -> Result<(), Error> {
    let read = store.reader().execute_unprepared("SELECT 1").await;
    Ok(read.map(|_| ()).map_err(Failure::from)?)
}

#[tokio::test]
async fn a_server_that_stops_is_away_and_found_again_when_it_is_back() {
    let mut server = Postgres::start().unwrap();
    let store = open(&server, |config| config.acquire_timeout = Duration::from_millis(500)).await;
    write(&store).await.unwrap();
    read(&store).await.unwrap();
    server.stop();
    for _ in 0..4 {
        let refused = [write(&store).await.unwrap_err(), read(&store).await.unwrap_err()];
        assert!(
            refused.iter().all(|error| error.is(&reasons::UNAVAILABLE)),
            "{refused:?}"
        );
    }
    server.again().unwrap();
    let begun = Instant::now();
    while let (Err(_), _) | (_, Err(_)) = (write(&store).await, read(&store).await) {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is back and not found");
    }
}

#[tokio::test]
async fn who_finds_no_connection_to_spare_is_told_to_come_again() {
    let server = Postgres::start().unwrap();
    let store = open(&server, |config| {
        config.connections = 1;
        config.acquire_timeout = Duration::from_millis(200);
    })
    .await;
    let barrier = Arc::new(Barrier::new(2));
    let holder = tokio::spawn({
        let (store, barrier) = (store.clone(), Arc::clone(&barrier));
        async move {
            let hold = store.transaction("test.hold", barrier, |_, barrier| {
                Box::pin(async move {
                    barrier.wait().await;
                    barrier.wait().await;
                    Ok(())
                })
            });
            hold.await
        }
    });
    barrier.wait().await;
    let refused = [write(&store).await.unwrap_err(), read(&store).await.unwrap_err()];
    assert!(
        refused.iter().all(|error| error.is(&reasons::UNAVAILABLE)),
        "{refused:?}"
    );
    barrier.wait().await;
    holder.await.unwrap().unwrap();
    write(&store).await.unwrap();
}

#[tokio::test]
async fn a_server_is_reached_over_tls_and_compared_with_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new().unwrap();
    let ca = authority.write(&folder.path().join("ca.crt")).unwrap();
    let other = Authority::new()
        .unwrap()
        .write(&folder.path().join("other.crt"))
        .unwrap();
    let own = authority.issue(folder.path(), "postgres", &["127.0.0.1"]).unwrap();
    let (secured, plain) = (Postgres::start_secured(&own).unwrap(), Postgres::start().unwrap());
    let open = async |server: &Postgres, asks: String| {
        let backend = Backend::Postgres {
            url: format!("{}{asks}", server.url()),
            schema: "secured".to_owned(),
        };
        let config = StoreConfig {
            acquire_timeout: Duration::from_secs(2),
            ..StoreConfig::new(backend, [0; 32])
        };
        Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock)).await
    };
    let verified = |ca: &std::path::Path| format!("?sslmode=verify-full&sslrootcert={}", ca.display());
    let store = open(&secured, verified(&ca)).await.unwrap();
    let is_secured = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let row = store
        .reader()
        .query_one_raw(Statement::from_string(DbBackend::Postgres, is_secured));
    assert!(row.await.unwrap().unwrap().try_get_by_index::<bool>(0).unwrap());
    let told = |refused: yihe_kernel::Error| refused.to_string();
    let untrusted = told(open(&secured, verified(&other)).await.err().unwrap());
    assert!(
        untrusted.contains("UnknownIssuer") && untrusted.contains("correct database.url"),
        "{untrusted}"
    );
    let in_clear = told(open(&plain, verified(&ca)).await.err().unwrap());
    assert!(in_clear.contains("TLS"), "{in_clear}");
}
