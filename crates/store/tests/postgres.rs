//! What PostgreSQL alone can be told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use yihe_kernel::SystemClock;
use yihe_store::{Backend, Store, StoreConfig, with_own_tables};
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
            url: server.url() + &asks,
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
