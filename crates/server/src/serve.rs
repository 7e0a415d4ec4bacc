use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::time::Duration;

use http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tonic::body::Body;
use tower::{Service, ServiceExt};

use crate::peer::Peer;
use crate::tls::{Accepting, Tls};

/// How one port is served.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// Calls at once on one connection; more wait at the caller.
    pub max_concurrent_streams: u32,
    /// Bytes of all headers of a call.
    pub max_header_bytes: u32,
    /// How long a new connection may be silent.
    pub first_byte_timeout: Duration,
    /// How often a silent connection is asked whether it lives.
    pub keep_alive: Duration,
    /// How long calls in progress may go on after the stop was asked for; the rest is cut off.
    pub drain: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 1000,
            max_header_bytes: 32 * 1024,
            first_byte_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(60),
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves gRPC on a port until `shutdown` is done: then takes no more connections, lets calls end within the bound, returns.
/// HTTP/1 is taken in as well, so that a browser gets an answer that says what this is.
///
/// # Errors
/// The listener is broken for good.
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    run(listener, None, service, options, shutdown).await
}

/// As [`serve`], over TLS alone: whoever speaks without it, or shows no certificate where one is demanded, is refused.
///
/// # Errors
/// As [`serve`].
pub async fn serve_secured<S>(
    listener: TcpListener,
    tls: Tls,
    service: S,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    run(listener, Some(Accepting::new(tls)), service, options, shutdown).await
}

async fn run<S>(
    listener: TcpListener,
    accepting: Option<Accepting>,
    service: S,
    options: ServeOptions,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let builder = builder(&options);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => {
                    let at = At { builder: builder.clone(), peer: Peer::new(address.ip()), watcher: graceful.watcher() };
                    connections.spawn(connection(at, stream, accepting.clone(), service.clone(), options));
                }
                Err(error) if is_for_one_connection(&error) => {}
                Err(error) => {
                    // out of file descriptors, most often: others must close theirs first
                    tracing::warn!(%error, "a connection cannot be taken in");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(options.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(open = connections.len(), "connections are cut off");
    }
    connections.shutdown().await;
    Ok(())
}

fn builder(options: &ServeOptions) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.first_byte_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(options.keep_alive)
        .max_concurrent_streams(options.max_concurrent_streams)
        .max_header_list_size(options.max_header_bytes)
        // the protocol's 64 KiB make a caller with large messages wait for the window
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
        .max_frame_size(32 * 1024);
    builder
}

/// What one connection is served with.
struct At {
    builder: auto::Builder<TokioExecutor>,
    peer: Peer,
    watcher: Watcher,
}

async fn connection<S>(at: At, stream: TcpStream, accepting: Option<Accepting>, service: S, options: ServeOptions)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection went away");
        return;
    }
    // not `readable()`, which is true of a fresh socket as well
    let first = tokio::time::timeout(options.first_byte_timeout, stream.peek(&mut [0; 1])).await;
    if !matches!(first, Ok(Ok(1))) {
        return;
    }
    match accepting {
        None => converse(at, stream, service).await,
        Some(accepting) => {
            let caller = at.peer.address.to_string();
            if let Some(stream) = accepting.accept(stream, &caller, options.first_byte_timeout).await {
                converse(at, stream, service).await;
            }
        }
    }
}

async fn converse<S, IO>(at: At, stream: IO, service: S)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let peer = at.peer;
    let service = service.map_request(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        request
    });
    let connection = at
        .builder
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    if let Err(error) = at.watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended badly");
    }
}

fn is_for_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
