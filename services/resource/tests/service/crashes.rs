//! `kill -9` at seeded points: what was acknowledged is there after the restart, nothing is there by half, and what was asked
//! without an answer has one effect when it is asked again. `cargo xtask kill` takes more points than a run of the tests.

mod left;
mod work;

use std::path::Path;
use std::sync::Arc;

use yihe_testkit::crash::{Dice, Phases, Victim, kill, points};

use self::left::Left;
use self::work::{Act, World, key};

const POINTS: u64 = 50;
/// Requests that one run of the process makes at most, by several at once.
const RUN: u64 = 400;
const WORKERS: u64 = 4;

/// The process that is killed: it does something only where the tests below start it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_is_killed() {
    let Some(victim) = Victim::is_this() else { return };
    let world = Arc::new(World::again(&victim.folder).await);
    let victim = Arc::new(victim);
    let workers = (0..WORKERS).map(|worker| {
        let (world, victim) = (Arc::clone(&world), Arc::clone(&victim));
        tokio::spawn(async move {
            for number in (victim.first + worker..victim.first + RUN).step_by(4) {
                let first = key(number, 0);
                victim.asks(&first);
                let made = world.begin(number).await.unwrap();
                victim.heard(&first, &made.name);
                if Act::of(number).len() == 2 {
                    let second = key(number, 1);
                    victim.asks(&second);
                    world.end(number, &made.name).await.unwrap();
                    victim.heard(&second, &made.name);
                }
            }
        })
    });
    for ended in futures::future::join_all(workers).await {
        ended.unwrap();
    }
}

/// Kills one data folder so many times. Returns everything that was wrong after a restart, and the phases that were hit.
async fn one_folder(seed: u64, points: u64, lossy: bool) -> (Vec<String>, Phases) {
    let data = tempfile::tempdir().unwrap();
    World::set_up(data.path()).await;
    let mut left = Left::default();
    let mut dice = Dice::new(seed);
    for point in 0..points {
        let folder = data.path().to_owned();
        let killed = tokio::task::spawn_blocking(move || {
            let test = "crashes::the_process_that_is_killed";
            let said = kill(test, Path::new(&folder), point * RUN, lossy, &mut dice);
            (said.unwrap(), dice)
        });
        let (said, thrown) = killed.await.unwrap();
        dice = thrown;
        let world = World::again(data.path()).await;
        left.check(&world, &said).await;
    }
    println!(
        "seed {seed}: {points} kills, {} requests; phases hit:{}",
        left.requests, left.phases
    );
    (left.wrong, left.phases)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9_and_nothing_is_there_by_half() {
    let (mut all, mut kills) = (Phases::default(), 0);
    for (seed, points) in points(POINTS, 1).unwrap() {
        let (wrong, phases) = one_folder(seed, points, false).await;
        assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
        all.add(&phases);
        kills += points;
    }
    println!("all {kills} kills; phases hit:{all}");
    if kills >= POINTS {
        for phase in [Phases::BEFORE_COMMIT, Phases::BEFORE_REPLY] {
            assert!(all.of(phase) > 0, "{phase} was never hit: {all}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_notices_a_build_that_answers_before_it_commits() {
    let (wrong, _) = one_folder(2, 10, true).await;
    assert!(wrong.iter().any(|what| what.contains("is lost")), "{wrong:?}");
}
