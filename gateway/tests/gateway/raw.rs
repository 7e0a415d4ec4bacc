//! Calls made byte by byte, as no honest client would.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

pub struct Answer {
    pub http: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub status: Status,
}

/// One frame around a message.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0][..], &length, message].concat()
}

/// Sends a whole body in one piece.
pub async fn call(address: SocketAddr, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    call_in_pieces(address, path, headers, vec![(Duration::ZERO, body.to_vec())]).await
}

/// Sends a body in pieces, each after a pause.
pub async fn call_in_pieces(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
    pieces: Vec<(Duration, Vec<u8>)>,
) -> Answer {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let (send, receive) = mpsc::channel::<Result<Frame<Bytes>, Infallible>>(1);
    tokio::spawn(async move {
        for (pause, piece) in pieces {
            tokio::time::sleep(pause).await;
            if send.send(Ok(Frame::data(piece.into()))).await.is_err() {
                return;
            }
        }
    });
    let mut request = Request::post(format!("http://{address}{path}")).header("te", "trailers");
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/grpc");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = StreamBody::new(ReceiverStream::new(receive));
    let response = sender.send_request(request.body(body).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let collected = body.collect().await.unwrap();
    let trailers = collected.trailers().cloned().unwrap_or_default();
    let status = Status::from_header_map(&parts.headers).or_else(|| Status::from_header_map(&trailers));
    let status = status.unwrap_or_else(|| Status::unknown("no grpc-status"));
    Answer {
        http: parts.status,
        headers: parts.headers,
        body: collected.to_bytes(),
        status,
    }
}
