//! What PostgreSQL alone can be told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use yihe_kernel::{Error, SystemClock, reasons};
use yihe_store::{Backend, Failure, Store, StoreConfig, with_own_tables};
use yihe_testkit::Postgres;

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

#[tokio::test]
async fn a_database_that_went_away_is_unavailable_not_broken() {
    let mut server = Postgres::start().unwrap();
    let backend = Backend::Postgres {
        url: server.url(),
        schema: "away".to_owned(),
    };
    let config = StoreConfig {
        acquire_timeout: Duration::from_millis(300),
        ..StoreConfig::new(backend, [0; 32])
    };
    let store = Store::open(&config, || with_own_tables(Vec::new()), Arc::new(SystemClock))
        .await
        .unwrap();
    server.stop();
    // the first ones meet connections that are cut off, later ones find none
    for _ in 0..5 {
        let ask = Statement::from_string(DbBackend::Postgres, "SELECT 1");
        let failed: Failure = store.reader().query_one_raw(ask).await.unwrap_err().into();
        let told = Error::from(failed);
        assert!(told.is(&reasons::UNAVAILABLE), "{told:?}");
    }
    server.again().unwrap();
}
