use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use crate::address::Address;
use crate::replicas::{Resolve, SystemNames};
use crate::tls::{Tls, Trouble};

/// A connection that says nothing for so long is asked whether it lives, for a process that was stopped keeps its sockets open.
const SILENCE: Duration = Duration::from_secs(1);
/// How long it may take to say so: a machine with too much to do pauses its processes too.
const PATIENCE: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(1);
/// Whoever waits at a terminal may be far away.
const FIRST: Duration = Duration::from_secs(10);
/// Who is gone from a name is asked for so long at most.
const NAMES: Duration = Duration::from_secs(3);

/// How other processes are found and reached.
#[derive(Clone)]
pub struct Way {
    /// Who says where names lead.
    pub names: Arc<dyn Resolve>,
    /// How often names are looked up.
    pub look_again: Duration,
    /// Whom `https://` trusts, and what is shown to it.
    pub tls: Option<Tls>,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            names: Arc::new(SystemNames),
            look_again: NAMES,
            tls: None,
        }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Way")
            .field("look_again", &self.look_again)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

impl Way {
    pub(crate) fn can_reach(&self, address: &Address) -> bool {
        !address.is_secure() || self.tls.as_ref().is_some_and(Tls::trusts_somebody)
    }

    /// One connection to one place, made when it is first needed and again when it broke; given up when the other end stands still.
    pub(crate) fn channel(&self, address: &Address, place: SocketAddr, trouble: &Arc<Trouble>) -> Channel {
        let endpoint = endpoint(address)
            .connect_timeout(CONNECT)
            .http2_keep_alive_interval(SILENCE)
            .keep_alive_timeout(PATIENCE)
            .keep_alive_while_idle(true);
        self.over(&endpoint, address, place, trouble)
    }

    /// The way to one address for a program that somebody waits for: tried at once.
    ///
    /// # Errors
    /// In words: nobody answers there, or nobody who is trusted.
    pub async fn connect(&self, address: &Address) -> Result<Channel, String> {
        let found = self.names.resolve(address.host(), address.port()).await;
        let places = found.map_err(|error| error.to_string())?;
        let trouble = Arc::new(Trouble::with(address.as_str()));
        let mut last = "its name leads nowhere".to_owned();
        for place in places {
            match self.try_once(address, place, &trouble).await {
                Ok(()) => return Ok(self.over(&endpoint(address), address, place, &trouble)),
                Err(error) => last = trouble.told().unwrap_or_else(|| error.to_string()),
            }
        }
        Err(last)
    }

    async fn try_once(&self, address: &Address, place: SocketAddr, trouble: &Arc<Trouble>) -> std::io::Result<()> {
        let stream = tokio::time::timeout(FIRST, connect(place)).await??;
        match (&self.tls, address.is_secure()) {
            (_, false) => Ok(()),
            (Some(tls), true) => tls
                .connect(stream, address.host(), Arc::clone(trouble))
                .await
                .map(|_| ()),
            (None, true) => Err(std::io::ErrorKind::Unsupported.into()),
        }
    }

    fn over(&self, endpoint: &Endpoint, address: &Address, place: SocketAddr, trouble: &Arc<Trouble>) -> Channel {
        if !address.is_secure() {
            return endpoint.connect_with_connector_lazy(service_fn(move |_| async move {
                Ok::<_, std::io::Error>(TokioIo::new(connect(place).await?))
            }));
        }
        let (tls, host, trouble) = (self.tls.clone(), address.host().to_owned(), Arc::clone(trouble));
        endpoint.connect_with_connector_lazy(service_fn(move |_| {
            let (tls, host, trouble) = (tls.clone(), host.clone(), Arc::clone(&trouble));
            async move {
                let tls = tls.ok_or(std::io::ErrorKind::Unsupported)?;
                let stream = connect(place).await?;
                Ok::<_, std::io::Error>(TokioIo::new(tls.connect(stream, &host, trouble).await?))
            }
        }))
    }
}

/// The address stands in the requests' `:authority`: where they go is looked up apart from it.
fn endpoint(address: &Address) -> Endpoint {
    // it was parsed as one before
    Endpoint::from_shared(address.as_str().to_owned()).unwrap_or_else(|_| Endpoint::from_static("http://service"))
}

async fn connect(place: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(place).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
