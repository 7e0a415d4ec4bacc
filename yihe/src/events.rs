//! How services hear of one another's events: each from the other's outbox in the same process, or over the bus.

use std::collections::BTreeMap;
use std::time::Duration;

use yihe_bus::{Bus, BusConfig, Relay, Source};
use yihe_server::Tasks;
use yihe_store::{Feed, Outbox, Store};

use crate::config::{Config, ServiceName};
use crate::measures;

const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The outboxes of this process, and the bus where there is one.
pub(crate) struct Events {
    bus: Option<Bus>,
    feeds: BTreeMap<ServiceName, Feed>,
    stores: Vec<Store>,
}

impl Events {
    pub fn new(config: &Config) -> Self {
        let bus = bus(config);
        Self {
            bus,
            feeds: BTreeMap::new(),
            stores: Vec::new(),
        }
    }

    /// Lets others hear of a service that has started here. What is returned publishes its outbox until it is dropped.
    pub fn publish(&mut self, service: ServiceName, feed: Feed, outbox: Outbox) -> Tasks {
        self.feeds.insert(service, feed);
        self.stores.push(outbox.store().clone());
        let mut tasks = Tasks::default();
        let watched = measures::of_store(service.as_str(), outbox.clone(), self.bus.is_some());
        tasks.spawn("telemetry.store", watched);
        if let Some(bus) = &self.bus {
            let relay = Relay {
                bus: bus.clone(),
                service: service.as_str(),
                outbox,
            };
            tasks.spawn("bus.relay", relay.run());
        }
        tasks
    }

    /// The stores of the services that have started here.
    pub fn into_stores(self) -> Vec<Store> {
        self.stores
    }

    /// What `listener` is to follow of every service, as far as it can; itself it hears without a bus.
    pub fn of_all(&self, listener: ServiceName) -> Vec<(&'static str, Source)> {
        let others = ServiceName::ALL
            .into_iter()
            .filter(|service| *service != ServiceName::Gateway && (*service != listener || self.bus.is_some()));
        others
            .filter_map(|service| Some((service.as_str(), self.of(service, listener)?)))
            .collect()
    }

    /// What `listener` is to follow of a service; nothing where it runs elsewhere and there is no bus.
    pub fn of(&self, service: ServiceName, listener: ServiceName) -> Option<Source> {
        if let Some(bus) = &self.bus {
            return Some(Source::Stream(bus.clone(), service.as_str()));
        }
        let feed = self.feeds.get(&service).cloned();
        if feed.is_none() {
            tracing::warn!(
                "without bus.url the {} service does not hear of what happens in the {} service, which runs elsewhere",
                listener.as_str(),
                service.as_str()
            );
        }
        feed.map(Source::Outbox)
    }
}

/// The bus that the configuration names, not connected yet.
pub(crate) fn bus(config: &Config) -> Option<Bus> {
    let settings = &config.bus;
    settings.url.as_ref().map(|url| {
        Bus::new(BusConfig {
            url: url.as_str().to_owned(),
            ca: settings.ca.clone(),
            own: settings.certificate.clone().zip(settings.key.clone()),
            prefix: settings.prefix.clone(),
            replicas: usize::try_from(settings.replicas.get()).unwrap_or(usize::MAX),
            keep: settings
                .keep_days
                .map(|days| Duration::from_secs(86_400).saturating_mul(days.get())),
            attempts: settings.attempts.get(),
            first_pause: FIRST_PAUSE,
        })
    })
}
