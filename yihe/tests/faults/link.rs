//! A wire between two processes that can be broken.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How a wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// Everything passes.
    Whole,
    /// What is connected is cut off, and who connects is cut off at once.
    Cut,
    /// Nothing passes and nobody is told; what was sent meanwhile arrives when it is whole again.
    Silent,
}

/// Listens on a loopback port and passes everything on to another one.
#[derive(Debug)]
pub struct Link {
    state: watch::Sender<Wire>,
    task: tokio::task::JoinHandle<()>,
    port: u16,
}

impl Link {
    /// Begins to listen.
    ///
    /// # Errors
    /// There is no port.
    pub async fn to(there: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (state, seen) = watch::channel(Wire::Whole);
        let task = tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                tokio::spawn(connect(here, there, seen.clone()));
            }
        });
        Ok(Self { state, task, port })
    }

    /// Where to connect.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks or mends it.
    pub fn set(&self, wire: Wire) {
        self.state.send_replace(wire);
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connect(here: TcpStream, there: SocketAddr, mut seen: watch::Receiver<Wire>) {
    if seen.wait_for(|wire| *wire != Wire::Silent).await.is_err() || *seen.borrow() == Wire::Cut {
        return;
    }
    let Ok(there) = TcpStream::connect(there).await else {
        return;
    };
    if here.set_nodelay(true).is_err() || there.set_nodelay(true).is_err() {
        return;
    }
    let (from_here, to_here) = here.into_split();
    let (from_there, to_there) = there.into_split();
    // one direction that ends takes the other with it
    tokio::select! {
        () = pump(from_here, to_there, seen.clone()) => {}
        () = pump(from_there, to_here, seen) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut seen: watch::Receiver<Wire>) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let wire = *seen.borrow_and_update();
        match wire {
            Wire::Cut => return,
            Wire::Silent => {
                if seen.changed().await.is_err() {
                    return;
                }
            }
            Wire::Whole => tokio::select! {
                changed = seen.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                read = from.read(&mut buffer) => {
                    let Ok(read @ 1..) = read else { return };
                    // what was read just before the wire fell silent waits too
                    if seen.wait_for(|wire| *wire != Wire::Silent).await.is_err() || *seen.borrow() == Wire::Cut {
                        return;
                    }
                    if to.write_all(&buffer[..read]).await.is_err() {
                        return;
                    }
                }
            },
        }
    }
}

#[tokio::test]
async fn a_wire_passes_falls_silent_and_is_cut() {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let there = server.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = server.accept().await {
            let (mut from, mut to) = stream.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from, &mut to).await });
        }
    });
    let link = Link::to(there).await.unwrap();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, link.port())).await.unwrap();
    let mut byte = [0];
    stream.write_all(b"a").await.unwrap();
    stream.read_exact(&mut byte).await.unwrap();
    assert_eq!(&byte, b"a");

    link.set(Wire::Silent);
    stream.write_all(b"b").await.unwrap();
    let within = std::time::Duration::from_millis(100);
    let early = tokio::time::timeout(within, stream.read_exact(&mut byte)).await;
    assert!(early.is_err(), "a silent wire passed something");
    link.set(Wire::Whole);
    stream.read_exact(&mut byte).await.unwrap();
    assert_eq!(&byte, b"b");

    link.set(Wire::Cut);
    assert_eq!(stream.read(&mut byte).await.unwrap_or(0), 0, "a cut wire is open");
}
