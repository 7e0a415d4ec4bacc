//! A node: the services of one process, wired to one another and to the gateway.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::service::Routes;
use tonic::transport::Endpoint;
use yihe_authz::{AccessTokens, InternalTokens, Keys, RevisionTokens, Snapshots, Witness};
use yihe_gateway::{Gateway, GatewayConfig};
use yihe_kernel::{SharedClock, SystemClock};
use yihe_oracle::{Shadow, ShadowCounts};
use yihe_server::telemetry::CountedDecisions;
use yihe_server::{
    Health, LateLink, Link, PolicySource, ServeOptions, ServiceLink, Tasks, Tls, UsageReporter, Way, serve,
    serve_secured,
};
use yihe_store::{Backend, StoreConfig};

use crate::commands::operator_token;
use crate::config::{Config, ServiceName, Wiring};
use crate::events::Events;
use crate::measures;
use crate::readiness::Readiness;

/// How often files of certificates are looked at.
const READ_AGAIN: Duration = Duration::from_secs(30);

/// What a node is given from outside its configuration.
pub struct NodeOptions {
    /// The clock of all services; demos and journeys move it.
    pub clock: SharedClock,
    /// Whether a clock that differs from the database's makes the node not ready.
    pub watch_clock: bool,
}

/// A running node.
pub struct Node {
    address: SocketAddr,
    has_gateway: bool,
    service_addresses: BTreeMap<ServiceName, SocketAddr>,
    keys: Keys,
    clock: SharedClock,
    stopping: watch::Sender<bool>,
    servers: JoinSet<Result<()>>,
    tasks: Vec<Tasks>,
    snapshots: Vec<Arc<Snapshots>>,
    reporters: Vec<UsageReporter>,
    shadow: Arc<ShadowCounts>,
    readiness: Readiness,
    healths: Vec<Health>,
}

/// The store of one service of a node.
#[must_use]
pub fn store_config(config: &Config, keys: &Keys, service: ServiceName) -> StoreConfig {
    let backend = match config.database.of(service) {
        None => Backend::Sqlite {
            file: config.data_dir.join(format!("{}.db", service.as_str())),
        },
        Some(url) => Backend::Postgres {
            url: url.as_str().to_owned(),
            schema: crate::services::schema(service),
        },
    };
    let database = &config.database;
    let store = StoreConfig::new(backend, keys.derive(&format!("store {}", service.as_str())));
    StoreConfig {
        connections: database.connections.get(),
        acquire_timeout: Duration::from_millis(database.acquire_timeout_ms.get().into()),
        statement_timeout: Some(Duration::from_millis(database.statement_timeout_ms.get().into())),
        migrate: database.migrate,
        ..store
    }
}

impl Node {
    /// Starts everything the configuration asks for and returns when it is ready.
    ///
    /// # Errors
    /// A data file, key or address cannot be used; said with its name.
    pub async fn start(config: Config, options: NodeOptions) -> Result<Self> {
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("{} cannot be made", config.data_dir.display()))?;
        let keys = Keys::load_or_create(&config.data_dir)?;
        let tls = Tls::load(config.tls.files())?;
        let stopping = watch::Sender::new(false);
        let shadow = Shadow::start(config.authz.shadow_sample.into())?;
        let mut node = Self {
            address: config.listen,
            has_gateway: config.runs(ServiceName::Gateway),
            service_addresses: BTreeMap::new(),
            keys: keys.clone(),
            clock: Arc::clone(&options.clock),
            stopping,
            servers: JoinSet::new(),
            tasks: Vec::new(),
            snapshots: Vec::new(),
            reporters: Vec::new(),
            shadow: shadow.counts(),
            readiness: Readiness::default(),
            healths: Vec::new(),
        };
        node.tasks.push(tls.follow(READ_AGAIN, Arc::new(SystemClock)));
        let wires = Wires::new(&config, keys, options.clock, shadow, tls)?;
        node.start_services(&config, &wires).await?;
        if config.runs(ServiceName::Gateway) {
            node.start_gateway(&config, &wires).await?;
        }
        if let Some(wanted) = config.health_listen {
            let routes = node.readiness.beside(Routes::default());
            node.listen(wanted, "health", routes, None).await?;
        }
        let tolerance = options.watch_clock.then_some(config.database.clock_tolerance_seconds);
        let readiness = std::mem::take(&mut node.readiness);
        node.healths = readiness.healths();
        node.tasks
            .push(readiness.watch(tolerance, node.snapshots.first().cloned()).await);
        Ok(node)
    }

    /// Where each part of this process listens that has a socket of its own.
    pub fn listeners(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> + '_ {
        let gateway = self.has_gateway.then_some(("gateway", self.address));
        let services = self
            .service_addresses
            .iter()
            .map(|(service, address)| (service.as_str(), *address));
        services.chain(gateway)
    }

    /// Where the gateway listens; for a process without gateway, the configured address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where services listen that have a socket of their own.
    #[must_use]
    pub fn service_addresses(&self) -> &BTreeMap<ServiceName, SocketAddr> {
        &self.service_addresses
    }

    /// How the decisions of this process compare with casbin's so far.
    #[must_use]
    pub fn shadow(&self) -> &ShadowCounts {
        &self.shadow
    }

    /// An access token of whoever holds the data folder.
    ///
    /// # Errors
    /// No token can be made.
    pub fn operator_token(&self) -> Result<String> {
        operator_token(&self.keys, Arc::clone(&self.clock))
    }

    /// Tells the policy service what was decided until now, which otherwise takes half a minute.
    ///
    /// # Errors
    /// The policy service does not take it.
    pub async fn report_usage(&self) -> Result<()> {
        for reporter in &self.reporters {
            reporter.report().await?;
        }
        Ok(())
    }

    /// Refuses new calls, lets the ones under way end, and stops.
    ///
    /// # Errors
    /// A server did not end well.
    pub async fn stop(mut self) -> Result<()> {
        if let Err(error) = self.report_usage().await {
            tracing::warn!(%error, "the last counts of decisions are lost");
        }
        // whoever watches goes to other replicas first, and its stream would be waited for as well
        for health in &self.healths {
            health.close().await;
        }
        self.stopping.send_replace(true);
        // services hold streams open at one another, which would otherwise be waited for
        self.tasks.clear();
        self.snapshots.iter().for_each(|snapshots| snapshots.unfollow());
        while let Some(ended) = self.servers.join_next().await {
            ended.context("a server panicked")??;
        }
        Ok(())
    }

    async fn start_services(&mut self, config: &Config, wires: &Wires) -> Result<()> {
        let mut events = Events::new(config);
        if config.runs(ServiceName::Directory) {
            let started = yihe_directory::start(yihe_directory::Deps {
                store: store_config(config, &wires.keys, ServiceName::Directory),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "directory"),
                config: yihe_directory::Config {
                    attempts_per_address_per_minute: config.directory.attempts_per_address_per_minute,
                    ..yihe_directory::Config::default()
                },
            })
            .await?;
            let relay = events.publish(ServiceName::Directory, started.feed, started.outbox);
            self.tasks.extend([started.tasks, relay]);
            self.attach(config, wires, ServiceName::Directory, started.routes)
                .await?;
        }
        if config.runs(ServiceName::Policy) {
            let started = yihe_policy::start(yihe_policy::Deps {
                store: store_config(config, &wires.keys, ServiceName::Policy),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "policy"),
                directory: wires.link(ServiceName::Directory, "policy"),
                grants_file: config.policy.grants_file.clone(),
            })
            .await?;
            let relay = events.publish(ServiceName::Policy, started.feed, started.outbox);
            self.tasks.extend([started.tasks, relay]);
            self.attach(config, wires, ServiceName::Policy, started.routes).await?;
        }
        if config.runs(ServiceName::Meeting) {
            let started = yihe_meeting::start(yihe_meeting::Deps {
                store: store_config(config, &wires.keys, ServiceName::Meeting),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "meeting"),
                directory: wires.link(ServiceName::Directory, "meeting"),
                files: wires.link(ServiceName::File, "meeting"),
                vote_keys: config.data_dir.join("keys").join("votes"),
                directory_events: events.of(ServiceName::Directory, ServiceName::Meeting),
            })
            .await?;
            let relay = events.publish(ServiceName::Meeting, started.feed, started.outbox);
            self.tasks.extend([started.tasks, relay]);
            self.attach(config, wires, ServiceName::Meeting, started.routes).await?;
        }
        if config.runs(ServiceName::File) {
            let started = yihe_file::start(yihe_file::Deps {
                store: store_config(config, &wires.keys, ServiceName::File),
                folder: config.data_dir.join("files"),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "file"),
                meeting: wires.link(ServiceName::Meeting, "file"),
                ledger: wires.link(ServiceName::Ledger, "file"),
                config: yihe_file::Config {
                    max_file_bytes: config.file.max_file_bytes.get().into(),
                    keep_retired_days: config.file.keep_retired_days.get().into(),
                    community_bytes: i64::from(config.file.community_mebibytes.get()) << 20,
                    ..yihe_file::Config::default()
                },
            })
            .await?;
            let relay = events.publish(ServiceName::File, started.feed, started.outbox);
            self.tasks.extend([started.tasks, relay]);
            self.attach(config, wires, ServiceName::File, started.routes).await?;
        }
        if config.runs(ServiceName::Ledger) {
            let started = yihe_ledger::start(yihe_ledger::Deps {
                store: store_config(config, &wires.keys, ServiceName::Ledger),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "ledger"),
                directory: wires.link(ServiceName::Directory, "ledger"),
                files: wires.link(ServiceName::File, "ledger"),
                meeting: wires.link(ServiceName::Meeting, "ledger"),
                resource: wires.link(ServiceName::Resource, "ledger"),
            })
            .await?;
            self.tasks
                .push(events.publish(ServiceName::Ledger, started.feed, started.outbox));
            self.attach(config, wires, ServiceName::Ledger, started.routes).await?;
        }
        if config.runs(ServiceName::Resource) {
            let started = yihe_resource::start(yihe_resource::Deps {
                store: store_config(config, &wires.keys, ServiceName::Resource),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "resource"),
                directory: wires.link(ServiceName::Directory, "resource"),
                meeting: wires.link(ServiceName::Meeting, "resource"),
                ledger_events: events.of(ServiceName::Ledger, ServiceName::Resource),
                directory_events: events.of(ServiceName::Directory, ServiceName::Resource),
            })
            .await?;
            let relay = events.publish(ServiceName::Resource, started.feed, started.outbox);
            self.tasks.extend([started.tasks, relay]);
            self.attach(config, wires, ServiceName::Resource, started.routes)
                .await?;
        }
        if config.runs(ServiceName::Record) {
            let started = yihe_record::start(yihe_record::Deps {
                store: store_config(config, &wires.keys, ServiceName::Record),
                clock: Arc::clone(&wires.clock),
                keys: wires.keys.clone(),
                snapshots: self.snapshots(wires, "record"),
                events: events.of_all(ServiceName::Record),
                webhooks: config.record.webhooks.into(),
            })
            .await?;
            let relay = events.publish(ServiceName::Record, started.feed, started.outbox);
            self.tasks.extend([started.tasks, relay]);
            self.attach(config, wires, ServiceName::Record, started.routes).await?;
        }
        self.readiness.depend_on(events.into_stores());
        Ok(())
    }

    /// Lets others reach a service: by call, or behind a socket of its own.
    async fn attach(&mut self, config: &Config, wires: &Wires, service: ServiceName, routes: Routes) -> Result<()> {
        let listen = config.services.get(&service).and_then(|place| place.listen);
        let own_socket = listen.is_some() || config.wiring == Wiring::Tcp;
        if own_socket {
            let wanted = listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
            let served = self.readiness.beside(routes.clone());
            // the loopback sockets of one process among themselves need no certificate, and have no name
            let tls = wires
                .way
                .tls
                .clone()
                .filter(|tls| listen.is_some() && tls.has_certificate());
            let is_secured = tls.is_some();
            let address = self.listen(wanted, service.as_str(), served, tls).await?;
            self.service_addresses.insert(service, address);
            if config.wiring == Wiring::Tcp && !is_secured {
                let channel = Endpoint::from_shared(format!("http://{address}"))?.connect_lazy();
                return wires.reach(service, Link::Remote(channel));
            }
        }
        wires.reach(service, Link::Local(routes))
    }

    async fn start_gateway(&mut self, config: &Config, wires: &Wires) -> Result<()> {
        let snapshots = self.snapshots(wires, "gateway");
        if config.runs(ServiceName::Policy) {
            snapshots
                .root()
                .await
                .context("no policies: the policy service does not answer")?;
        }
        // elsewhere it may come up later, in any order: until then the gateway's health says not ready
        let links = wires
            .links
            .iter()
            .map(|(service, (link, _))| (service.as_str(), link.clone()))
            .collect();
        let gateway = Gateway::new(
            GatewayConfig {
                requests_per_second: config.gateway.requests_per_second,
                community_requests_per_second: config.gateway.community_requests_per_second,
                community_streams: config.gateway.community_streams,
                ..GatewayConfig::default()
            },
            links,
            snapshots,
            AccessTokens::new(&wires.keys, Arc::clone(&wires.clock)),
            InternalTokens::new(&wires.keys, Arc::clone(&wires.clock)),
            RevisionTokens::new(&wires.keys),
            Arc::clone(&wires.clock),
        )?;
        self.address = self.listen(config.listen, "gateway", gateway.routes(), None).await?;
        self.readiness.tell(gateway);
        Ok(())
    }

    fn snapshots(&mut self, wires: &Wires, caller: &'static str) -> Arc<Snapshots> {
        let source = PolicySource::new(wires.link(ServiceName::Policy, caller));
        let snapshots = Snapshots::new(Arc::new(source), Arc::clone(&wires.clock));
        let shadow = Arc::clone(&wires.shadow) as Arc<dyn Witness>;
        snapshots.show_to(Arc::new(CountedDecisions::new(caller, shadow)));
        self.snapshots.push(Arc::clone(&snapshots));
        let reporter = UsageReporter::new(
            Arc::clone(snapshots.usage()),
            wires.link(ServiceName::Policy, caller),
            Arc::clone(&wires.clock),
        );
        let mut tasks = Tasks::default();
        tasks.spawn("usage.report", reporter.clone().run());
        tasks.spawn(
            "telemetry.snapshots",
            measures::of_snapshots(caller, Arc::clone(&snapshots)),
        );
        self.tasks.push(tasks);
        self.reporters.push(reporter);
        snapshots
    }

    async fn listen(
        &mut self,
        wanted: SocketAddr,
        name: &'static str,
        routes: Routes,
        tls: Option<Tls>,
    ) -> Result<SocketAddr> {
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("{name} cannot listen on {wanted}"))?;
        let address = listener.local_addr()?;
        let mut stopping = self.stopping.subscribe();
        let stop = async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
        };
        self.servers.spawn(async move {
            let options = ServeOptions::default();
            let ended = match tls {
                None => serve(listener, routes, options, stop).await,
                Some(tls) => serve_secured(listener, tls, routes, options, stop).await,
            };
            ended.with_context(|| format!("{name} on {address}"))
        });
        Ok(address)
    }
}

/// How the services of this process reach all services.
struct Wires {
    keys: Keys,
    clock: SharedClock,
    internal: InternalTokens,
    links: BTreeMap<ServiceName, (Link, Option<LateLink>)>,
    shadow: Arc<Shadow>,
    way: Way,
}

impl Wires {
    fn new(config: &Config, keys: Keys, clock: SharedClock, shadow: Arc<Shadow>, tls: Tls) -> Result<Self> {
        let way = Way {
            tls: Some(tls),
            ..Way::default()
        };
        let mut links = BTreeMap::new();
        for service in ServiceName::ALL {
            if service == ServiceName::Gateway {
                continue;
            }
            let link = if config.runs(service) {
                // services refer to one another in a circle: each is told of the others as they come up
                let (link, late) = Link::late();
                (link, Some(late))
            } else {
                let place = config.services.get(&service).and_then(|place| place.address.clone());
                let address = place.with_context(|| format!("services.{}.address is required", service.as_str()))?;
                (Link::elsewhere(&address, &way)?, None)
            };
            links.insert(service, link);
        }
        let internal = InternalTokens::new(&keys, Arc::clone(&clock));
        Ok(Self {
            keys,
            clock,
            internal,
            links,
            shadow,
            way,
        })
    }

    fn reach(&self, service: ServiceName, link: Link) -> Result<()> {
        let late = self.links.get(&service).and_then(|(_, late)| late.as_ref());
        match late.map(|late| late.set(link)) {
            Some(Ok(())) => Ok(()),
            _ => bail!("{} was started twice", service.as_str()),
        }
    }

    fn link(&self, to: ServiceName, caller: &'static str) -> ServiceLink {
        let link = self
            .links
            .get(&to)
            .map(|(link, _)| link.clone())
            .unwrap_or_else(|| Link::late().0);
        ServiceLink::new(link, self.internal.clone(), caller, Arc::clone(&self.clock))
    }
}
