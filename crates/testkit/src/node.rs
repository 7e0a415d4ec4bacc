use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use yihe::config::{BusSettings, DirectorySettings, RecordSettings, WebhookSettings};
use yihe::node::{Node, NodeOptions};
use yihe::{Config, ServiceName, Wiring};
use yihe_kernel::{AdjustableClock, SharedClock, Timestamp};

use crate::actor::{Actor, channel};
use crate::spread::spread;

/// One of so many decisions is compared with casbin's: far more than in production, so that every test of a whole node is one of the
/// index as well.
const SAMPLE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// What a test wants of its node.
#[derive(Debug, Clone, Default)]
pub struct TestNodeOptions {
    /// How services reach one another.
    pub wiring: Wiring,
    /// Grants beside the template.
    pub grants_file: Option<PathBuf>,
    /// The PostgreSQL database; absent takes SQLite files.
    pub database: Option<String>,
    /// Databases of single services, each under a role that may not change tables; whoever made them has run the migrations.
    pub databases: BTreeMap<ServiceName, String>,
    /// The NATS server; absent lets events stay within the process.
    pub bus: Option<String>,
    /// Whether the meeting and the resource service run apart from the others, behind sockets, as in a process of their own.
    pub spread: bool,
    /// Where the data lie; absent takes a temporary folder that is removed at the end.
    pub data_dir: Option<PathBuf>,
    /// Where the gateway listens; absent takes a free loopback port.
    pub listen: Option<SocketAddr>,
    /// Sign-ins, enrolments and the like that one address may make a minute; absent takes the default.
    pub attempts_per_address: Option<NonZeroU32>,
    /// One of so many decisions is compared with casbin's; absent takes one of a hundred.
    pub shadow_sample: Option<NonZeroU32>,
    /// Whether a clock that differs from the database's makes the node not ready; the clock shows another year than the machine's.
    pub watch_clock: bool,
    /// What the clock shows at first; absent takes Monday 2026-03-02, 09:00 in Shanghai.
    pub starting_at: Option<Timestamp>,
}

/// A whole node with the divisions of Shenzhen, on an adjustable clock.
pub struct TestNode {
    node: Node,
    apart: Option<Node>,
    folder: Option<TempDir>,
    /// The clock of all services.
    pub clock: Arc<AdjustableClock>,
    stranger: Actor,
}

impl TestNode {
    /// Starts it.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start(options: TestNodeOptions) -> Result<Self> {
        let apart = options.spread;
        let folder = options.data_dir.is_none().then(tempfile::tempdir).transpose()?;
        let data_dir = options
            .data_dir
            .or_else(|| folder.as_ref().map(|folder| folder.path().to_owned()))
            .unwrap_or_default();
        // Monday 2026-03-02, 09:00 in Shanghai
        let starting_at = options
            .starting_at
            .unwrap_or_else(|| Timestamp::from_seconds(1_772_413_200));
        let clock = Arc::new(AdjustableClock::starting_at(starting_at));
        let mut directory = DirectorySettings::default();
        if let Some(attempts) = options.attempts_per_address {
            directory.attempts_per_address_per_minute = attempts;
        }
        let config = Config {
            directory,
            bus: BusSettings {
                url: options.bus.map(Into::into),
                ..BusSettings::default()
            },
            database: yihe::config::DatabaseSettings {
                url: options.database.map(Into::into),
                migrate: options.databases.is_empty(),
                urls: options
                    .databases
                    .into_iter()
                    .map(|(service, url)| (service, url.into()))
                    .collect(),
                ..yihe::config::DatabaseSettings::default()
            },
            data_dir,
            listen: options.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))),
            wiring: options.wiring,
            authz: yihe::config::AuthzSettings {
                shadow_sample: options.shadow_sample.unwrap_or(SAMPLE),
            },
            policy: yihe::config::PolicySettings {
                grants_file: options.grants_file,
            },
            record: RecordSettings {
                // receivers of tests are on this machine
                webhooks: WebhookSettings {
                    allow_http: true,
                    ..WebhookSettings::default()
                },
            },
            ..Config::default()
        };
        let shared: SharedClock = Arc::<AdjustableClock>::clone(&clock);
        yihe::commands::import_shenzhen(&config, Arc::clone(&shared)).await?;
        let given = || NodeOptions {
            clock: Arc::clone(&shared),
            watch_clock: options.watch_clock,
        };
        let (node, apart) = if apart {
            let [config, apart] = spread(config)?;
            let apart = Node::start(apart, given()).await?;
            (Node::start(config, given()).await?, Some(apart))
        } else {
            (Node::start(config, given()).await?, None)
        };
        let stranger = Actor::stranger(channel(node.address()).await?);
        Ok(Self {
            node,
            apart,
            folder,
            clock,
            stranger,
        })
    }

    /// Where the gateway listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.node.address()
    }

    /// The node itself.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Somebody without credentials; everybody else is made of it.
    #[must_use]
    pub fn stranger(&self) -> &Actor {
        &self.stranger
    }

    /// Whoever holds the data folder.
    ///
    /// # Errors
    /// No token can be made.
    pub fn operator(&self) -> Result<Actor> {
        Ok(self.stranger.with_token(&self.node.operator_token()?))
    }

    /// Stops the node; its data stay until the returned folder is dropped.
    ///
    /// # Errors
    /// It does not stop in time; it decided a sampled call other than casbin does.
    pub async fn stop(self) -> Result<Option<TempDir>> {
        for node in self.apart.into_iter().chain([self.node]) {
            let shadow = node.shadow();
            ensure!(shadow.disagreed() == 0, "the index and casbin disagree: {shadow:?}");
            node.stop().await?;
        }
        Ok(self.folder)
    }
}
