//! The way to the bus: connected when it is first needed, and again by itself.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::connection::State;
use async_nats::jetstream::stream::{Config as StreamConfig, StorageType, Stream};
use async_nats::jetstream::{Context, context};
use async_nats::{Client, ConnectOptions, ServerAddr};
use bytes::Bytes;
use tokio::sync::Mutex;

use crate::wire;

/// What JetStream answers and nobody else.
const INFO: &str = "$JS.API.INFO";
const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(5);
const RECONNECT: Duration = Duration::from_secs(1);
/// For so long JetStream itself knows an event that is published again.
const DUPLICATES: Duration = Duration::from_secs(600);

/// Which NATS servers, and how they are used.
#[derive(Clone)]
pub struct BusConfig {
    /// `nats://user:password@host:port` or `tls://…`; several servers of a cluster with commas between.
    pub url: String,
    /// PEM file with those whose word is taken for who the servers are; absent takes those whom the system trusts.
    pub ca: Option<PathBuf>,
    /// PEM files with the certificate that is shown to the servers, and its key.
    pub own: Option<(PathBuf, PathBuf)>,
    /// What names of streams and subjects begin with, so that several installations may share a server.
    pub prefix: String,
    /// How many servers of a cluster keep each stream.
    pub replicas: usize,
    /// How long streams keep an event; `None` for ever.
    pub keep: Option<Duration>,
    /// Refusals after which a consumer puts an event aside.
    pub attempts: u32,
    /// Half the pause after the first refusal; each is twice the one before.
    pub first_pause: Duration,
}

/// A bus over NATS JetStream. Cheap to clone; nothing is connected before it is needed.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    config: BusConfig,
    place: String,
    context: Mutex<Option<Context>>,
    down: AtomicBool,
}

/// Why the bus cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// No server answers.
    #[error("cannot be reached ({0}): start nats-server there or correct bus.url")]
    Unreachable(String),
    /// A server answers and is not who it should be, or does not take this process for one it knows.
    #[error(
        "is not trusted, or does not trust this process ({0}): correct bus.ca, bus.certificate or the server's certificate"
    )]
    Untrusted(String),
    /// A server answers and has no streams.
    #[error("has no JetStream: start nats-server with -js and a folder (-sd), or turn it on for this account")]
    WithoutJetStream,
    /// A server answers and refuses.
    #[error("refuses {0}")]
    Refused(String),
}

impl fmt::Debug for Bus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bus({})", self.0.place)
    }
}

impl Bus {
    /// A bus that is not connected yet.
    #[must_use]
    pub fn new(config: BusConfig) -> Self {
        Self(Arc::new(Inner {
            place: place(&config.url),
            config,
            context: Mutex::new(None),
            down: AtomicBool::new(false),
        }))
    }

    /// Whether it can be used now.
    ///
    /// # Errors
    /// Why not.
    pub async fn check(&self) -> Result<(), BusError> {
        self.context().await.map(|_| ())
    }

    /// Where it is, without user and password.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.0.place
    }

    pub(crate) fn config(&self) -> &BusConfig {
        &self.0.config
    }

    /// Says once that the bus is away.
    pub(crate) fn tell_down(&self, error: &BusError) {
        if !self.0.down.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "the bus at {} {error}; until then events wait in the outboxes, and nothing is lost",
                self.0.place
            );
        }
    }

    fn tell_up(&self) {
        if self.0.down.swap(false, Ordering::Relaxed) {
            tracing::info!("the bus at {} is there again", self.0.place);
        }
    }

    /// The context of a server that has JetStream.
    pub(crate) async fn context(&self) -> Result<Context, BusError> {
        let context = self.connected().await?;
        // the client's own question expects fields that a server of 2.9 does not tell
        match context.client().request(INFO, Bytes::new()).await {
            Ok(told) if String::from_utf8_lossy(&told.payload).contains("\"error\"") => {
                return Err(BusError::WithoutJetStream);
            }
            Ok(_) => {}
            Err(error) if error.kind() == RequestErrorKind::NoResponders => return Err(BusError::WithoutJetStream),
            Err(error) => return Err(BusError::Unreachable(error.to_string())),
        }
        self.tell_up();
        Ok(context)
    }

    /// The connection, whether the server has JetStream or not.
    pub(crate) async fn client(&self) -> Result<Client, BusError> {
        Ok(self.connected().await?.client())
    }

    async fn connected(&self) -> Result<Context, BusError> {
        let mut slot = self.0.context.lock().await;
        let context = match &*slot {
            Some(context) => context.clone(),
            None => self.connect().await?,
        };
        *slot = Some(context.clone());
        // the client connects again by itself; until then there is nothing to wait for
        if context.client().connection_state() == State::Disconnected {
            return Err(BusError::Unreachable("the connection broke".into()));
        }
        Ok(context)
    }

    async fn connect(&self) -> Result<Context, BusError> {
        let servers: Result<Vec<ServerAddr>, _> = self.0.config.url.split(',').map(str::parse).collect();
        let servers = servers.map_err(|error| BusError::Unreachable(error.to_string()))?;
        let mut options = ConnectOptions::new().require_tls(self.is_secured());
        if let Some(ca) = &self.0.config.ca {
            options = options.add_root_certificates(ca.clone());
        }
        if let Some((certificate, key)) = &self.0.config.own {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        let client = options
            .name("yihe")
            .connection_timeout(CONNECT)
            .request_timeout(Some(ANSWER))
            .reconnect_delay_callback(|attempts| {
                let doubled = Duration::from_millis(20).saturating_mul(1 << attempts.min(10));
                doubled.min(RECONNECT)
            })
            .connect(servers)
            .await
            .map_err(|error| not_connected(&error))?;
        let context = context::ContextBuilder::new()
            .timeout(ANSWER)
            .ack_timeout(ANSWER)
            .build(client);
        Ok(context)
    }

    /// Whoever names certificates wants no connection without them, whatever a server says.
    fn is_secured(&self) -> bool {
        self.0.config.ca.is_some() || self.0.config.own.is_some()
    }

    /// The stream of a service, made where it is missing.
    pub(crate) async fn stream(&self, service: &str) -> Result<Stream, BusError> {
        let config = &self.0.config;
        let wanted = StreamConfig {
            name: self.stream_name(service),
            description: Some(format!("events of the {service} service")),
            subjects: vec![format!("{}.>", wire::below(&config.prefix, service))],
            storage: StorageType::File,
            num_replicas: config.replicas,
            max_age: config.keep.unwrap_or_default(),
            duplicate_window: config.keep.map_or(DUPLICATES, |keep| keep.min(DUPLICATES)),
            ..StreamConfig::default()
        };
        self.context()
            .await?
            .get_or_create_stream(wanted)
            .await
            .map_err(|error| BusError::Refused(format!("the stream {}: {error}", self.stream_name(service))))
    }

    /// Removes the stream of a service, which does not hold what it once acknowledged.
    pub(crate) async fn remove_stream(&self, service: &str) -> Result<(), BusError> {
        let name = self.stream_name(service);
        let removed = self.context().await?.delete_stream(&name).await;
        removed
            .map(|_| ())
            .map_err(|error| BusError::Refused(format!("to remove the stream {name}: {error}")))
    }

    fn stream_name(&self, service: &str) -> String {
        format!("{}_{service}", self.0.config.prefix)
    }
}

/// When a stream was made, in microseconds.
pub(crate) fn made_at(stream: &Stream) -> i64 {
    let nanos = stream.cached_info().created.unix_timestamp_nanos();
    i64::try_from(nanos / 1000).unwrap_or_default()
}

fn not_connected(error: &(dyn StdError + 'static)) -> BusError {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let said = cause.to_string();
    if said.contains("certificate") || said.contains("fatal alert") {
        BusError::Untrusted(said)
    } else {
        BusError::Unreachable(error.to_string())
    }
}

fn place(url: &str) -> String {
    let without_user = |server: &str| match (server.split_once("://"), server.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        (_, None) => server.to_owned(),
    };
    url.split(',').map(without_user).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_told() {
        assert_eq!(
            place("nats://yihe:sesame@10.0.0.1:4222,tls://token@b:1,nats://c"),
            "nats://10.0.0.1:4222,tls://b:1,nats://c"
        );
    }
}
