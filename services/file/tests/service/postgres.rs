//! The statements that the two databases might read differently, once on PostgreSQL: claims on bytes, and their end.

use yihe_file::Config;
use yihe_store::Backend;
use yihe_testkit::Postgres;

use crate::harness::House;

#[tokio::test]
async fn two_files_of_the_same_bytes_are_one_blob_on_postgresql() {
    let server = Postgres::start().unwrap();
    let backend = Backend::Postgres {
        url: server.url(),
        schema: "file".to_owned(),
    };
    let data = tempfile::tempdir().unwrap();
    let house = House::on(backend, Config::default(), data).await;
    crate::keeping::two_files_are_one_blob_at(house).await;
}
