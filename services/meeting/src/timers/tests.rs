use std::sync::Mutex;

use yihe_kernel::{AdjustableClock, Error};

use super::*;

fn timer(name: &'static str, sweep: impl Fn(Timestamp) -> Result<u64> + Send + Sync + 'static) -> Timer {
    Timer {
        name,
        sweep: Box::new(move |now| {
            let done = sweep(now);
            Box::pin(async move { done })
        }),
    }
}

#[tokio::test]
async fn each_tick_shows_the_moved_clock_and_a_failure_stops_nobody() {
    let clock = Arc::new(AdjustableClock::starting_at(Timestamp::from_seconds(1_000)));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let timers = vec![
        timer("broken", |_| Err(Error::internal("always"))),
        timer("noting", move |now| {
            notes.lock().unwrap().push(now);
            Ok(1)
        }),
    ];
    let running = tokio::spawn(run_every(Duration::from_millis(5), clock.clone(), timers));
    let has_seen = async |instant: Timestamp| {
        while !seen.lock().unwrap().iter().any(|now: &Timestamp| *now >= instant) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    has_seen(Timestamp::from_seconds(1_000)).await;
    assert!(seen.lock().unwrap().iter().all(|now| now.seconds() < 90_000));
    clock.set(Timestamp::from_seconds(90_000));
    has_seen(Timestamp::from_seconds(90_000)).await;
    running.abort();
}
