//! The configuration: a TOML file, then `YIHE_…` variables, then flags. Every key has a usable default.

mod bus;
mod check;
mod database;
mod limits;
mod record;
mod telemetry;
mod tls;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use bus::{BusSettings, BusUrl};
pub use check::BadKey;
pub use database::{DatabaseSettings, DatabaseUrl};
pub use limits::{FileSettings, GatewayLimits};
pub use record::{RecordSettings, WebhookSettings};
pub use telemetry::{SamplingRatio, TelemetrySettings};
pub use tls::TlsSettings;

/// The services of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceName {
    /// The only door.
    Gateway,
    /// Organizations, people, posts, sign-in.
    Directory,
    /// Rules and snapshots.
    Policy,
    /// Meetings, motions, votes.
    Meeting,
    /// Papers, photos, evidence.
    File,
    /// Time bank and pooled funds.
    Ledger,
    /// Bookables, bookings, needs, offers, claims.
    Resource,
    /// What happened.
    Record,
}

impl ServiceName {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Gateway,
        Self::Directory,
        Self::Policy,
        Self::Meeting,
        Self::File,
        Self::Ledger,
        Self::Resource,
        Self::Record,
    ];

    /// The name in contracts, tokens and file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Directory => "directory",
            Self::Policy => "policy",
            Self::Meeting => "meeting",
            Self::File => "file",
            Self::Ledger => "ledger",
            Self::Resource => "resource",
            Self::Record => "record",
        }
    }
}

/// How services of one process reach one another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Wiring {
    /// By call, without a socket.
    #[default]
    Direct,
    /// Each behind its own loopback socket.
    Tcp,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLines {
    /// For a person at a terminal.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Where one service listens and is reached when a node is spread over processes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Place {
    /// Address to listen on, `127.0.0.1:8081`; needed where the service runs without the gateway.
    pub listen: Option<SocketAddr>,
    /// Where others reach it, `http://127.0.0.1:8081` or `https://meeting:8081`, or several with commas between; a name stands for
    /// every replica it leads to. Needed where the service does not run here.
    pub address: Option<String>,
}

/// How decisions are watched over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthzSettings {
    /// One of so many decisions is compared with casbin's in the background.
    pub shadow_sample: NonZeroU32,
}

impl Default for AuthzSettings {
    fn default() -> Self {
        Self {
            shadow_sample: NonZeroU32::MIN.saturating_add(9_999),
        }
    }
}

/// Settings of the policy service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicySettings {
    /// CSV with grants beside the template, for regions and communities.
    pub grants_file: Option<PathBuf>,
}

/// Settings of the directory service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DirectorySettings {
    /// Calls of one public RPC (sign-in, enrolment, application…) that one address may make a minute.
    pub attempts_per_address_per_minute: NonZeroU32,
}

impl Default for DirectorySettings {
    fn default() -> Self {
        let attempts = yihe_directory::Config::default().attempts_per_address_per_minute;
        Self {
            attempts_per_address_per_minute: attempts,
        }
    }
}

/// The whole configuration of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder with data files and keys.
    pub data_dir: PathBuf,
    /// Where services keep their data.
    pub database: DatabaseSettings,
    /// How services of several processes hear of one another's events.
    pub bus: BusSettings,
    /// Where the gateway listens.
    pub listen: SocketAddr,
    /// How services of this process reach one another.
    pub wiring: Wiring,
    /// Services of this process; empty means all.
    pub service: Vec<ServiceName>,
    /// What to log, such as `info` or `yihe_gateway=debug,info`.
    pub log: String,
    /// How log lines look.
    pub log_format: LogLines,
    /// What the process tells of itself, and where to.
    pub telemetry: TelemetrySettings,
    /// Where readiness alone is told, without TLS, for those who cannot ask over it; absent means nowhere.
    pub health_listen: Option<SocketAddr>,
    /// TLS between the processes of a node.
    pub tls: TlsSettings,
    /// Gateway limits.
    pub gateway: GatewayLimits,
    /// How decisions are watched over.
    pub authz: AuthzSettings,
    /// Directory settings.
    pub directory: DirectorySettings,
    /// Policy settings.
    pub policy: PolicySettings,
    /// File settings.
    pub file: FileSettings,
    /// Record settings.
    pub record: RecordSettings,
    /// Places of services, by name, for a node spread over processes.
    pub services: BTreeMap<ServiceName, Place>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("yihe-data"),
            database: DatabaseSettings::default(),
            bus: BusSettings::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            wiring: Wiring::Direct,
            service: Vec::new(),
            log: "info".to_owned(),
            log_format: LogLines::Human,
            telemetry: TelemetrySettings::default(),
            health_listen: None,
            tls: TlsSettings::default(),
            gateway: GatewayLimits::default(),
            authz: AuthzSettings::default(),
            directory: DirectorySettings::default(),
            policy: PolicySettings::default(),
            file: FileSettings::default(),
            record: RecordSettings::default(),
            services: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads file, environment and flags, and checks everything.
    ///
    /// # Errors
    /// Every bad key, with where it was set and what it should be.
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, Vec<BadKey>> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            if !file.is_file() {
                return Err(vec![BadKey::new(
                    "--config",
                    format!("{} is not a file", file.display()),
                )]);
            }
            figment = figment.merge(Toml::file(file));
        }
        let environment = Env::prefixed("YIHE_")
            .filter(|key| !key.starts_with("TEST_") && !key.starts_with("CLIENT_") && key != "BIN")
            .split("__");
        let figment = figment.merge(environment).merge(Serialized::defaults(flags));
        check::check(&figment)?;
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(figment)
            .extract()
            .map_err(|errors| {
                errors
                    .into_iter()
                    .map(|error| BadKey::new(&error.path.join("."), error.kind))
                    .collect::<Vec<_>>()
            })?;
        check::consistent(&config)?;
        Ok(config)
    }

    /// Whether a service runs in this process.
    #[must_use]
    pub fn runs(&self, service: ServiceName) -> bool {
        self.service.is_empty() || self.service.contains(&service)
    }
}

/// What flags may set; absent ones leave the rest alone.
#[derive(Debug, Clone, Default, Serialize, clap::Args)]
pub struct Flags {
    /// Folder with data files and keys; made if it does not exist [default: yihe-data]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Address the gateway listens on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// How the services of this process reach one another [default: direct]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wiring: Option<Wiring>,
    /// Run only these services in this process; repeat for several [default: all]
    #[arg(long, value_enum, value_name = "NAME")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service: Vec<ServiceName>,
    /// What to log: a level, or targets with levels [default: info]
    #[arg(long, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("yihe.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), &Flags::default()).map_err(|bad| bad.into_iter().map(|bad| bad.to_string()).collect())
    }

    #[test]
    fn an_empty_file_is_usable() {
        assert_eq!(load("").unwrap(), Config::default());
        assert_eq!(Config::default().authz.shadow_sample.get(), 10_000);
        let sampled = load("[authz]\nshadow_sample = 7\n").unwrap();
        assert_eq!(sampled.authz.shadow_sample.get(), 7);
    }

    #[test]
    fn every_bad_key_is_named() {
        let bad = load(
            "listen = \"everywhere\"\nlissten = \"127.0.0.1:1\"\nwiring = \"string\"\n[gateway]\nrequests_per_second = -1\n[authz]\nshadow_sample = 0\n[services.metting]\nlisten = \"x\"\n",
        )
        .unwrap_err();
        let all = bad.join("\n");
        for key in [
            "listen",
            "lissten",
            "wiring",
            "gateway.requests_per_second",
            "authz.shadow_sample",
            "services.metting",
        ] {
            assert!(
                bad.iter().any(|line| line.starts_with(&format!("{key}:"))),
                "{key} is not named in\n{all}"
            );
        }
        assert!(all.contains("did you mean `listen`"), "{all}");
    }

    #[test]
    fn quotas_of_communities_are_named() {
        let quotas = load(
            "[gateway]\ncommunity_requests_per_second = 300\ncommunity_streams = 40\n[file]\ncommunity_mebibytes = 5\n",
        )
        .unwrap();
        assert_eq!(quotas.gateway.community_requests_per_second, 300);
        assert_eq!(quotas.gateway.community_streams, 40);
        assert_eq!(
            quotas.gateway.requests_per_second,
            Config::default().gateway.requests_per_second
        );
        assert_eq!(quotas.file.community_mebibytes.get(), 5);
        let bad = load(
            "[gateway]\ncommunity_requests_per_second = 0\ncommunity_streams = \"many\"\ncommunity_stream = 1\n[file]\ncommunity_mebibytes = -1\n",
        )
        .unwrap_err();
        let all = bad.join("\n");
        for key in [
            "gateway.community_requests_per_second",
            "gateway.community_streams",
            "gateway.community_stream",
            "file.community_mebibytes",
        ] {
            assert!(
                bad.iter().any(|line| line.starts_with(&format!("{key}:"))),
                "{key} is not named in\n{all}"
            );
        }
        assert!(all.contains("did you mean `gateway.community_streams`"), "{all}");
    }

    #[test]
    fn a_service_that_runs_elsewhere_needs_an_address() {
        let bad = load("service = [\"gateway\", \"policy\"]\n").unwrap_err().join("\n");
        assert!(bad.contains("services.directory.address"), "{bad}");
        assert!(bad.contains("services.meeting.address"), "{bad}");
        assert!(bad.contains("services.file.address"), "{bad}");
        assert!(bad.contains("services.resource.address"), "{bad}");
        assert!(bad.contains("services.record.address"), "{bad}");
        assert!(!bad.contains("services.policy"), "{bad}");
    }

    #[test]
    fn replicas_are_told_with_commas_between_and_each_is_checked() {
        let text = |address: &str| format!("[services.meeting]\naddress = \"{address}\"\n");
        assert!(load(&text("http://10.0.0.1:8081, http://10.0.0.2:8081")).is_ok());
        for bad in ["http://10.0.0.1:8081,", "http://10.0.0.1:8081,10.0.0.2:8081"] {
            let bad = load(&text(bad)).unwrap_err().join("\n");
            assert!(bad.contains("services.meeting.address: must be a URL"), "{bad}");
        }
    }

    #[test]
    fn a_password_in_the_url_of_the_database_is_not_told() {
        let config = load("[database]\nurl = \"postgresql://yihe:sesame@127.0.0.1/yihe\"\n").unwrap();
        assert!(!format!("{config:?}").contains("sesame"));
        let bad = load("[database]\nurl = \"mysql://yihe:sesame@127.0.0.1/yihe\"\nconnections = 0\n").unwrap_err();
        assert!(
            bad[0].starts_with("database.connections:") && bad[1].starts_with("database.url:"),
            "{bad:?}"
        );
        assert!(!bad.concat().contains("sesame"), "{bad:?}");
    }

    #[test]
    fn keys_of_the_bus_are_named_and_its_password_is_not_told() {
        let config = load("[bus]\nurl = \"nats://yihe:sesame@127.0.0.1:4222\"\nprefix = \"street-7\"\n").unwrap();
        assert!(!format!("{config:?}").contains("sesame"));
        assert_eq!(config.bus.prefix, "street-7");
        let bad =
            load("[bus]\nurl = \"amqp://yihe:sesame@a\"\nprefix = \"a.b\"\nreplicas = 0\nurll = 1\n").unwrap_err();
        let all = bad.join("\n");
        for key in ["bus.url:", "bus.prefix:", "bus.replicas:", "bus.urll:"] {
            assert!(
                bad.iter().any(|line| line.starts_with(key)),
                "{key} is not named in\n{all}"
            );
        }
        assert!(!all.contains("sesame"), "{all}");
    }

    #[test]
    fn keys_of_telemetry_are_named() {
        let config =
            load("log_format = \"json\"\n[telemetry]\nendpoint = \"http://127.0.0.1:4317\"\nsampling_ratio = 1\n")
                .unwrap();
        assert_eq!(config.telemetry.sampling_ratio, SamplingRatio::new(1.0).unwrap());
        assert_eq!(config.log_format, LogLines::Json);
        assert_eq!(Config::default().telemetry.endpoint, None);
        let bad = load(
            "log_format = \"xml\"\n[telemetry]\nendpoint = \"127.0.0.1:4317\"\nsampling_ratio = 1.5\nfollow_callers = 1\nservice_name = \"\"\nmetrics_listen = \"here\"\nendpiont = 1\n",
        )
        .unwrap_err();
        let all = bad.join("\n");
        for key in [
            "log_format",
            "telemetry.endpoint",
            "telemetry.sampling_ratio",
            "telemetry.follow_callers",
            "telemetry.service_name",
            "telemetry.metrics_listen",
            "telemetry.endpiont",
        ] {
            assert!(
                bad.iter().any(|line| line.starts_with(&format!("{key}:"))),
                "{key} is not named in\n{all}"
            );
        }
        assert!(all.contains("did you mean `telemetry.endpoint`"), "{all}");
    }

    #[test]
    fn what_webhooks_may_do_is_closed_unless_it_is_opened() {
        let webhooks = Config::default().record.webhooks;
        assert!(!webhooks.allow_http && !webhooks.allow_private);
        let opened = load("[record.webhooks]\nallow_http = true\ndisable_after_days = 2\n").unwrap();
        assert!(opened.record.webhooks.allow_http && !opened.record.webhooks.allow_private);
        assert_eq!(opened.record.webhooks.disable_after_days.get(), 2);
        let bad = load("[record.webhooks]\nallow_private = 1\ndisable_after_days = 0\n").unwrap_err();
        assert!(
            bad[0].starts_with("record.webhooks.allow_private:")
                && bad[1].starts_with("record.webhooks.disable_after_days:"),
            "{bad:?}"
        );
    }

    #[test]
    fn flags_win_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("yihe.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nlog = \"debug\"\n").unwrap();
        let flags = Flags {
            listen: Some("127.0.0.1:2".parse().unwrap()),
            ..Flags::default()
        };
        let config = Config::load(Some(&file), &flags).unwrap();
        assert_eq!((config.listen.port(), config.log.as_str()), (2, "debug"));
    }
}
