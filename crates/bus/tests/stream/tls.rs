use std::path::Path;

use yihe_bus::{Bus, BusConfig};
use yihe_testkit::{Authority, Issued, Nats};

use crate::harness::{World, config, numbers};

fn over_tls(nats: &Nats, ca: Option<&Path>, own: Option<&Issued>) -> Bus {
    Bus::new(BusConfig {
        ca: ca.map(Path::to_owned),
        own: own.map(|own| (own.certificate.clone(), own.key.clone())),
        ..config(nats)
    })
}

#[tokio::test]
async fn events_go_over_tls_with_certificates_on_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new().unwrap();
    let ca = authority.write(&folder.path().join("ca.crt")).unwrap();
    let own = authority.issue(folder.path(), "nats", &["127.0.0.1"]).unwrap();
    let shown = authority.issue(folder.path(), "yihe", &["yihe"]).unwrap();
    let nats = Nats::start_secured(&own, Some(&ca)).unwrap();
    let bus = over_tls(&nats, Some(&ca), Some(&shown));
    let world = World::new().await;
    let _relay = world.relay(&bus);
    let _consumer = world.consumer(&bus);
    for number in 0..5_u32 {
        world.tell(0, &number.to_string()).await;
    }
    assert_eq!(world.until_heard(5).await[&440_309_002_021], numbers(0..5));
}

#[tokio::test]
async fn a_bus_that_is_not_trusted_or_does_not_trust_us_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (authority, other) = (Authority::new().unwrap(), Authority::new().unwrap());
    let ca = authority.write(&folder.join("ca.crt")).unwrap();
    let other_ca = other.write(&folder.join("other.crt")).unwrap();
    let good = authority.issue(folder, "good", &["127.0.0.1"]).unwrap();
    let misnamed = authority.issue(folder, "misnamed", &["nats.test"]).unwrap();
    let expired = authority.issue_until(folder, "expired", &["127.0.0.1"], 2020).unwrap();
    for (own, trusted, said) in [
        (&good, &other_ca, "UnknownIssuer"),
        (&misnamed, &ca, "not valid for name"),
        (&expired, &ca, "expired"),
    ] {
        let nats = Nats::start_secured(own, None).unwrap();
        let told = over_tls(&nats, Some(trusted), None)
            .check()
            .await
            .unwrap_err()
            .to_string();
        assert!(told.contains(said) && told.contains("correct bus.ca"), "{said}: {told}");
    }
    let nats = Nats::start_secured(&good, Some(&ca)).unwrap();
    let told = over_tls(&nats, Some(&ca), None).check().await.unwrap_err().to_string();
    assert!(told.contains("correct bus.ca, bus.certificate"), "{told}");
    // nothing is said to a server that does without, once certificates are named
    let nats = Nats::start().unwrap();
    assert!(over_tls(&nats, Some(&ca), None).check().await.is_err());
}
