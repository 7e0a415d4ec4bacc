//! What two databases might read differently, once on PostgreSQL: the races, the waiting list, the series, a random history.

use yihe_testkit::Postgres;

use crate::harness::House;
use crate::{approval, bookings, history, listings, series, waiting};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn bookings_race_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    bookings::two_at_once(&house).await;
    approval::two_pending(&house).await;
    waiting::first_come(&house).await;
    series::half_conflicting(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_race_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server).await;
    listings::last_unit(&house).await;
    listings::many_at_once(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_random_history_is_kept_on_postgresql() {
    let server = Postgres::start().unwrap();
    history::run(House::on_postgres(&server).await, 0x5eed).await;
}
