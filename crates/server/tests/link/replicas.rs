//! Several replicas of one service: who is asked, and what is asked again of another.

use std::time::{Duration, Instant};

use tonic::Code;
use tonic_types::StatusExt;
use yihe_server::{Replicas, Way};

use crate::replica::{Replica, read, replicas, report, transfer, until_ready};

#[tokio::test]
async fn those_that_are_ready_are_asked_in_turn() {
    let (one, two) = (
        Replica::ready(Duration::ZERO).await,
        Replica::start(Duration::ZERO).await,
    );
    let replicas = replicas(&[&one, &two], 1).await;
    for _ in 0..10 {
        report(&replicas).await.unwrap();
    }
    assert_eq!((one.asked(), two.asked()), (10, 0));
    two.health.set_ready(true).await;
    until_ready(&replicas, 2).await;
    for _ in 0..10 {
        report(&replicas).await.unwrap();
    }
    assert_eq!((one.asked(), two.asked()), (15, 5));
    one.health.set_ready(false).await;
    until_ready(&replicas, 1).await;
    for _ in 0..10 {
        report(&replicas).await.unwrap();
    }
    assert_eq!((one.asked(), two.asked()), (15, 15));
}

#[tokio::test]
async fn who_has_less_to_do_is_asked() {
    let slow = Replica::ready(Duration::from_secs(60)).await;
    let quick = Replica::ready(Duration::ZERO).await;
    let replicas = replicas(&[&slow, &quick], 2).await;
    let same = replicas.clone();
    let hanging = tokio::spawn(async move { read(&same).await });
    while slow.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..10 {
        read(&replicas).await.unwrap();
    }
    assert_eq!(slow.asked(), 1);
    hanging.abort();
}

#[tokio::test]
async fn no_read_fails_when_a_replica_dies_or_stops() {
    let (one, mut two) = (
        Replica::ready(Duration::ZERO).await,
        Replica::ready(Duration::ZERO).await,
    );
    let three = Replica::ready(Duration::ZERO).await;
    let replicas = replicas(&[&one, &two, &three], 3).await;
    one.served.kill();
    for _ in 0..50 {
        read(&replicas).await.unwrap();
    }
    until_ready(&replicas, 2).await;
    two.health.close().await;
    two.served.ask_to_stop();
    for _ in 0..50 {
        read(&replicas).await.unwrap();
    }
    assert_eq!(replicas.ready(), 1);
    let stopped = tokio::time::timeout(Duration::from_secs(2), two.served.stopped());
    stopped.await.expect("whoever watched the health held up the stop");
}

#[tokio::test]
async fn what_was_under_way_is_asked_again_only_where_that_does_no_harm() {
    let late = Duration::from_secs(30);
    for (what, repeated) in [
        ("read", true),
        ("with request_id", true),
        ("without", false),
        ("report", false),
    ] {
        let (dying, other) = (Replica::ready(late).await, Replica::start(Duration::ZERO).await);
        let replicas = replicas(&[&dying, &other], 1).await;
        let asking = tokio::spawn(async move {
            match what {
                "read" => read(&replicas).await,
                "with request_id" => transfer(&replicas, "5e1f3a0e-6a0c-4a6e-9a57-2f6d8f1f0d11").await,
                "without" => transfer(&replicas, "").await,
                _ => report(&replicas).await,
            }
        });
        while dying.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        dying.served.kill();
        let answer = asking.await.unwrap();
        assert_eq!(other.asked(), usize::from(repeated), "{what}");
        match answer {
            Ok(()) => assert!(repeated, "{what}"),
            Err(status) => {
                assert!(!repeated, "{what}: {status:?}");
                assert_eq!(status.code(), Code::Unavailable, "{what}");
                let details = status.get_error_details();
                assert_eq!(details.error_info().unwrap().reason, "UNAVAILABLE", "{what}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_never_sent_goes_to_another_whatever_it_is() {
    let here = Replica::ready(Duration::ZERO).await;
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    // nothing is known of either yet, so that whoever is not there is asked as well
    let replicas = Replicas::connect_lazy([nobody, here.address()], &Way::default()).unwrap();
    for _ in 0..10 {
        report(&replicas).await.unwrap();
    }
    assert_eq!(here.asked(), 10);
}

#[tokio::test]
async fn when_nobody_is_there_that_is_told_at_once() {
    let gone = Replica::ready(Duration::ZERO).await;
    let replicas = replicas(&[&gone], 1).await;
    gone.served.kill();
    until_ready(&replicas, 0).await;
    let begun = Instant::now();
    let status = read(&replicas).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_replica_that_stands_still_is_left_within_seconds() {
    let (frozen, freeze) = Frozen::start();
    let other = Replica::start(Duration::ZERO).await;
    let replicas = Replicas::connect_lazy([frozen, other.address()], &Way::default()).unwrap();
    until_ready(&replicas, 1).await;
    read(&replicas).await.unwrap();
    assert_eq!(other.asked(), 0);
    freeze.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    read(&replicas).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!((other.asked(), replicas.ready()), (1, 0));
}

/// A server with a thread of its own, which can be made to stand still with its sockets open.
struct Frozen;

impl Frozen {
    fn start() -> (String, tokio::sync::oneshot::Sender<()>) {
        let (tell, told) = std::sync::mpsc::channel();
        let (freeze, frozen) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let replica = Replica::ready(Duration::ZERO).await;
                tell.send(replica.address()).unwrap();
                let _ = frozen.await;
                std::thread::sleep(Duration::from_secs(60));
            });
        });
        (told.recv().unwrap(), freeze)
    }
}
