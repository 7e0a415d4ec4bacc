use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use http::{Request, Response};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tonic::body::Body;
use tower::Service;

use crate::serve::{ServeOptions, serve};

const BACKLOG: u32 = 1024;

/// The threads of one port.
#[derive(Debug)]
pub struct CoreServers {
    address: SocketAddr,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

/// Serves one port on `cores` threads, each with a runtime and a listener of its own, among which the kernel spreads the
/// connections: no call changes threads on its way. `make` is called on each thread within its runtime, so that channels to
/// other services can be the thread's own. Must be called within a runtime. They stop when `stop` becomes true or its sender is dropped.
///
/// # Errors
/// The address cannot be listened on, or a thread cannot be started.
pub fn serve_on_cores<S, M>(
    address: SocketAddr,
    cores: usize,
    options: ServeOptions,
    stop: &watch::Receiver<bool>,
    make: M,
) -> io::Result<CoreServers>
where
    M: Fn() -> S + Send + Sync + 'static,
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let first = listener(address)?;
    let address = first.local_addr()?;
    let mut listeners = vec![first];
    for _ in 1..cores {
        listeners.push(listener(address)?);
    }
    let make = Arc::new(make);
    let mut threads = Vec::with_capacity(listeners.len());
    for (index, listener) in listeners.into_iter().enumerate() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (make, mut stop) = (Arc::clone(&make), stop.clone());
        let thread = std::thread::Builder::new()
            .name(format!("serve-{index}"))
            .spawn(move || {
                runtime.block_on(async move {
                    let stopped = async move {
                        let _ = stop.wait_for(|stop| *stop).await;
                    };
                    serve(TcpListener::from_std(listener)?, make(), options, stopped).await
                })
            })?;
        threads.push(thread);
    }
    Ok(CoreServers { address, threads })
}

fn listener(address: SocketAddr) -> io::Result<StdListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseport(true)?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

impl CoreServers {
    /// Where they listen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until all have stopped.
    ///
    /// # Errors
    /// A thread panicked, or its listener broke.
    pub async fn stopped(self) -> io::Result<()> {
        let joined = tokio::task::spawn_blocking(|| {
            self.threads.into_iter().try_for_each(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("a serving thread panicked")))
            })
        });
        joined.await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}
