//! `kill -9` at seeded points: what was acknowledged is there after the restart, nothing is there by half, and what was asked
//! without an answer has one effect when it is asked again. `cargo xtask kill` takes more points than a run of the tests.

mod left;
mod work;

use yihe_testkit::crash::{On, be_killed, notices_a_lossy_build, survives};

use self::work::Scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_is_killed() {
    be_killed::<Scene>().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_and_nothing_is_there_by_half() {
    survives::<Scene>(On::Sqlite, 50).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_on_postgresql() {
    survives::<Scene>(On::Postgres, 15).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_notices_a_build_that_answers_before_it_commits() {
    notices_a_lossy_build::<Scene>(On::Sqlite).await.unwrap();
}
