//! What two databases might do differently, once on PostgreSQL: places in a row, and streams over two replicas.

use yihe_testkit::Postgres;

use crate::harness::House;
use crate::{recording, subscribing, webhooks};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_is_recorded_once_and_without_a_gap_on_postgresql() {
    let server = Postgres::start().unwrap();
    recording::all_at_once(House::on_postgres(&server).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_between_two_replicas_reads_exactly_the_history() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    let other = house.replica().await;
    subscribing::random_disconnections(&house, &[&house.started, &other], 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_tell_a_webhook_in_order_and_once() {
    let server = Postgres::start().unwrap();
    webhooks::two_replicas(House::on_postgres(&server).await).await;
}
