//! One POST over a connection of its own: to an address that was looked at, with an end to everything.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::target::Target;

/// Posts and answers, or is given up.
const TIME: Duration = Duration::from_secs(15);
const CONNECTING: Duration = Duration::from_secs(5);

/// A client that follows no redirects and keeps no connections.
#[derive(Clone)]
pub struct Poster {
    tls: TlsConnector,
}

impl Poster {
    /// One that trusts what the system trusts.
    pub fn new() -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (_, ignored) = roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            tracing::warn!(ignored, "the system trusts nobody: no webhook is reached over https");
        }
        Self::trusting(roots)
    }

    /// One that trusts these.
    pub fn trusting(roots: RootCertStore) -> Self {
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            tls: TlsConnector::from(Arc::new(config)),
        }
    }

    /// Posts a request whose URI is its path.
    ///
    /// # Errors
    /// In words, where no answer came.
    pub async fn post(&self, target: &Target, request: Request<Full<Bytes>>) -> Result<StatusCode, String> {
        match timeout(TIME, self.go(target, request)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", TIME.as_secs())),
        }
    }

    async fn go(&self, target: &Target, request: Request<Full<Bytes>>) -> Result<StatusCode, String> {
        let addresses = target.addresses().await?;
        let mut last = "there is no address".to_owned();
        for address in addresses {
            match timeout(CONNECTING, TcpStream::connect(address)).await {
                Ok(Ok(stream)) if target.is_tls => return self.over_tls(target, stream, request).await,
                Ok(Ok(stream)) => return send(stream, request).await,
                Ok(Err(error)) => last = format!("no connection: {error}"),
                Err(_) => last = format!("no connection within {} s", CONNECTING.as_secs()),
            }
        }
        Err(last)
    }

    async fn over_tls(
        &self,
        target: &Target,
        stream: TcpStream,
        request: Request<Full<Bytes>>,
    ) -> Result<StatusCode, String> {
        let name = ServerName::try_from(target.host.clone()).map_err(|error| error.to_string())?;
        let stream = self.tls.connect(name, stream).await;
        send(stream.map_err(|error| format!("no TLS: {error}"))?, request).await
    }
}

/// Sends and waits for the head of the answer; its body is nobody's concern.
async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        Ok(answer.status())
    };
    tokio::pin!(connection, answer);
    tokio::select! {
        answer = &mut answer => answer,
        ended = &mut connection => match ended {
            // the answer may have come with the end
            Ok(()) => answer.await,
            Err(error) => Err(error.to_string()),
        },
    }
}
