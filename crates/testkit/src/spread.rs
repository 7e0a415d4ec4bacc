use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::Result;
use yihe::config::Place;
use yihe::{Config, ServiceName};

const APART: [ServiceName; 2] = [ServiceName::Meeting, ServiceName::Resource];

/// The configuration of one node as that of two, which reach each other by sockets alone.
pub(crate) fn spread(config: Config) -> Result<[Config; 2]> {
    let (apart, here): (Vec<_>, Vec<_>) = ServiceName::ALL
        .into_iter()
        .partition(|service| APART.contains(service));
    let addresses = free_addresses()?;
    let places = |own: &[ServiceName]| -> BTreeMap<ServiceName, Place> {
        let place = |(service, address): (&ServiceName, &SocketAddr)| {
            let place = Place {
                listen: own.contains(service).then_some(*address),
                address: Some(format!("http://{address}")),
            };
            (*service, place)
        };
        addresses.iter().map(place).collect()
    };
    let second = Config {
        services: places(&apart),
        service: apart,
        ..config.clone()
    };
    let first = Config {
        services: places(&here),
        service: here,
        ..config
    };
    Ok([first, second])
}

fn free_addresses() -> Result<BTreeMap<ServiceName, SocketAddr>> {
    // all are held until the last one is known, so that no port comes twice
    let mut listeners = Vec::new();
    for service in ServiceName::ALL {
        if service != ServiceName::Gateway {
            listeners.push((service, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?));
        }
    }
    let address = |(service, listener): &(ServiceName, TcpListener)| Ok((*service, listener.local_addr()?));
    listeners.iter().map(address).collect()
}
