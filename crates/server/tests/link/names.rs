//! A name that stands for several replicas, which change.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tonic::Code;
use yihe_server::{Link, Replicas, Resolve, Way};

use crate::replica::{Replica, read, report, until_ready};
use crate::told::Told;

/// What `meeting.test` stands for, as the test says; no answer at all while it is `None`.
#[derive(Default)]
pub struct Names {
    hosts: Mutex<Option<Vec<Ipv4Addr>>>,
    asked: AtomicUsize,
    late: Duration,
}

impl Names {
    pub fn leading_to(hosts: &[Ipv4Addr]) -> Arc<Self> {
        let names = Arc::new(Self::default());
        names.lead_to(Some(hosts));
        names
    }

    fn lead_to(&self, hosts: Option<&[Ipv4Addr]>) {
        *self.hosts.lock().unwrap() = hosts.map(<[Ipv4Addr]>::to_vec);
    }

    /// Waits until what it says now is known.
    async fn asked_again(&self) {
        let before = self.asked.load(Ordering::SeqCst);
        while self.asked.load(Ordering::SeqCst) < before + 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[async_trait::async_trait]
impl Resolve for Names {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        assert_eq!(host, "meeting.test");
        tokio::time::sleep(self.late).await;
        self.asked.fetch_add(1, Ordering::SeqCst);
        let hosts = self.hosts.lock().unwrap().clone();
        let hosts = hosts.ok_or_else(|| io::Error::other("no such host"))?;
        Ok(hosts.into_iter().map(|host| SocketAddr::from((host, port))).collect())
    }
}

pub fn way(names: &Arc<Names>) -> Way {
    Way {
        names: Arc::<Names>::clone(names),
        look_again: Duration::from_millis(20),
        ..Way::default()
    }
}

fn behind(names: &Arc<Names>, port: u16) -> Replicas {
    Replicas::connect_lazy([format!("http://meeting.test:{port}")], &way(names)).unwrap()
}

const fn host(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, number)
}

/// Replicas at different hosts and one port; the first is ready, the others are not yet.
async fn at<const COUNT: usize>(late: Duration) -> ([Replica; COUNT], u16) {
    let mut port = 0;
    let mut replicas = Vec::new();
    for number in (2..).take(COUNT) {
        let replica = Replica::start_at((host(number), port).into(), None, late).await;
        port = replica.served.address.port();
        replicas.push(replica);
    }
    replicas[0].health.set_ready(true).await;
    (replicas.try_into().ok().unwrap(), port)
}

#[tokio::test]
async fn a_name_stands_for_all_hosts_it_leads_to_and_new_ones_are_asked_when_they_are_ready() {
    let ([one, two, three], port) = at(Duration::ZERO).await;
    two.health.set_ready(true).await;
    let names = Names::leading_to(&[host(2), host(3)]);
    let replicas = behind(&names, port);
    until_ready(&replicas, 2).await;
    for _ in 0..10 {
        report(&replicas).await.unwrap();
    }
    assert_eq!((one.asked(), two.asked(), three.asked()), (5, 5, 0));
    names.lead_to(Some(&[host(4), host(3), host(2)]));
    names.asked_again().await;
    for _ in 0..10 {
        report(&replicas).await.unwrap();
    }
    assert_eq!((replicas.ready(), three.asked()), (2, 0));
    three.health.set_ready(true).await;
    until_ready(&replicas, 3).await;
    for _ in 0..9 {
        report(&replicas).await.unwrap();
    }
    assert_eq!(three.asked(), 3);
}

#[tokio::test]
async fn who_is_gone_from_a_name_ends_what_it_was_asked_and_is_asked_nothing_more() {
    let ([leaving, staying], port) = at(Duration::from_millis(500)).await;
    let names = Names::leading_to(&[host(2)]);
    let replicas = behind(&names, port);
    until_ready(&replicas, 1).await;
    let (same, again) = (replicas.clone(), replicas.clone());
    // a read whose answer has begun, and a command that is not repeated
    let reading = tokio::spawn(async move { read(&same).await });
    let reporting = tokio::spawn(async move { report(&again).await });
    while leaving.asked() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    staying.health.set_ready(true).await;
    names.lead_to(Some(&[host(3)]));
    names.asked_again().await;
    until_ready(&replicas, 1).await;
    report(&replicas).await.unwrap();
    reading.await.unwrap().unwrap();
    reporting.await.unwrap().unwrap();
    assert_eq!((leaving.asked(), staying.asked()), (2, 1));
    // its connection is closed, not only unused
    let mut leaving = leaving;
    leaving.served.ask_to_stop();
    let stopped = tokio::time::timeout(Duration::from_secs(2), leaving.served.stopped());
    stopped.await.expect("somebody still holds a connection");
}

#[tokio::test]
async fn a_name_that_cannot_be_looked_up_leaves_who_is_known_and_is_told_of_once() {
    let (told, _guard) = Told::listen();
    let ([one], port) = at(Duration::ZERO).await;
    let names = Names::leading_to(&[host(2)]);
    let replicas = behind(&names, port);
    until_ready(&replicas, 1).await;
    for nothing in [None, Some([].as_slice())] {
        names.lead_to(nothing);
        for _ in 0..3 {
            names.asked_again().await;
        }
        report(&replicas).await.unwrap();
    }
    assert_eq!((replicas.ready(), one.asked()), (1, 2));
    names.lead_to(Some(&[host(2)]));
    names.asked_again().await;
    let lines = told.lines_with("cannot be looked up");
    assert!(
        lines.len() == 1 && lines[0].contains("http://meeting.test:") && lines[0].contains("no such host"),
        "{lines:?}"
    );
    assert_eq!(told.lines_with("is looked up again").len(), 1);
}

#[tokio::test]
async fn the_first_calls_wait_until_the_name_is_looked_up() {
    let ([one], port) = at(Duration::ZERO).await;
    let names = Arc::new(Names {
        hosts: Mutex::new(Some(vec![host(2)])),
        late: Duration::from_millis(200),
        ..Names::default()
    });
    let replicas = behind(&names, port);
    report(&replicas).await.unwrap();
    assert_eq!(one.asked(), 1);
}

#[tokio::test]
async fn a_name_that_leads_nowhere_yet_is_told_of_at_once_and_found_later() {
    let ([one], port) = at(Duration::ZERO).await;
    let names = Arc::<Names>::default();
    let replicas = behind(&names, port);
    let status = report(&replicas).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    names.lead_to(Some(&[host(2)]));
    until_ready(&replicas, 1).await;
    report(&replicas).await.unwrap();
    assert_eq!(one.asked(), 1);
}

#[tokio::test]
async fn a_name_is_looked_up_as_the_system_knows_it() {
    let one = Replica::ready(Duration::ZERO).await;
    let address = format!("http://localhost:{}", one.served.address.port());
    let Link::Replicas(replicas) = Link::elsewhere(&address, &Way::default()).unwrap() else {
        panic!("a name may stand for several");
    };
    until_ready(&replicas, 1).await;
    read(&replicas).await.unwrap();
    assert_eq!(one.asked(), 1);
}
