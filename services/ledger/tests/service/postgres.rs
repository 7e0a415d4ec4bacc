//! The statements that the two databases might read differently, once on PostgreSQL.

use yihe_proto::ledger::v1::AttributionRule;
use yihe_testkit::Postgres;

use crate::harness::House;
use crate::{funds, histories};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_histories_agree_with_the_model_on_postgresql() {
    let server = Postgres::start().unwrap();
    for seed in 1..=2 {
        let house = House::on_postgres(&server, &format!("ledger_{seed}")).await;
        histories::run(house, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_sums_of_a_fund_agree_on_postgresql() {
    let server = Postgres::start().unwrap();
    let house = House::on_postgres(&server, "ledger_funds").await;
    funds::crowd(house, AttributionRule::ProRata).await;
}
