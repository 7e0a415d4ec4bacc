use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{Tls, Trouble};

impl Tls {
    /// Finds out whether the other end is who its address says, and says why not.
    pub(crate) async fn connect(&self, stream: TcpStream, host: &str, trouble: Arc<Trouble>) -> io::Result<Secured> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let config = self.material().client.clone().ok_or(io::ErrorKind::Unsupported)?;
        match TlsConnector::from(config).connect(name, stream).await {
            Ok(stream) => Ok(Secured { stream, trouble }),
            Err(error) => {
                trouble.tell(&error);
                Err(error)
            }
        }
    }
}

/// A connection over TLS. With TLS 1.3 the other end may refuse it when this one has begun to read: that is told as well.
pub(crate) struct Secured {
    stream: TlsStream<TcpStream>,
    trouble: Arc<Trouble>,
}

impl AsyncRead for Secured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(cx, into);
        if let Poll::Ready(Err(error)) = &polled {
            self.trouble.tell(error);
        }
        polled
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
