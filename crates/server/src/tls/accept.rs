use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::Tls;
use super::trouble::refused_by_service;

/// The same refusal is not told again for so long, whoever knocks.
const QUIET: Duration = Duration::from_secs(60);
/// For so long a refused caller may take to read why.
const LAST_WORD: Duration = Duration::from_secs(1);
const MOST_READ: usize = 64 * 1024;

/// Lets callers in over TLS, and tells of those who are refused.
#[derive(Clone)]
pub(crate) struct Accepting {
    tls: Tls,
    told: Arc<Mutex<Option<(String, Instant)>>>,
}

impl Accepting {
    pub fn new(tls: Tls) -> Self {
        Self {
            tls,
            told: Arc::default(),
        }
    }

    /// The connection, unless the caller is refused or takes too long.
    pub async fn accept(&self, stream: TcpStream, caller: &str, patience: Duration) -> Option<TlsStream<TcpStream>> {
        let config = self.tls.material().server.clone()?;
        let accepting = TlsAcceptor::from(config).accept(stream).into_fallible();
        match timeout(patience, accepting).await {
            Ok(Ok(stream)) => Some(stream),
            Ok(Err((error, stream))) => {
                self.tell(caller, &error);
                let _ = timeout(LAST_WORD, let_it_read(stream)).await;
                None
            }
            Err(_) => None,
        }
    }

    fn tell(&self, caller: &str, error: &io::Error) {
        let Some(why) = refused_by_service(error) else {
            return;
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = told
            .as_ref()
            .is_some_and(|(known, at)| *known == why && at.elapsed() < QUIET);
        if !is_known {
            tracing::warn!("a caller at {caller} was refused: {why}");
            *told = Some((why, Instant::now()));
        }
    }
}

/// Closed with something unread, a socket takes back what it said last: why the caller was refused.
async fn let_it_read(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let (mut buffer, mut read) = ([0; 4096], 0);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        read += count;
        if read > MOST_READ {
            return;
        }
    }
}
