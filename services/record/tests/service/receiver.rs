//! A receiver of webhooks on this machine: keeps what it was posted, and answers as it is told.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

/// What was posted once.
#[derive(Clone)]
pub struct Posted {
    pub headers: HeaderMap,
    pub body: Bytes,
    pub path: String,
}

impl Posted {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn subject(&self) -> String {
        self.json()["subject"].as_str().unwrap().to_owned()
    }

    /// Whether one of the signatures is of this secret, computed as the standard says.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = [self.header("webhook-id"), self.header("webhook-timestamp")].join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        mac.update(b".");
        mac.update(&self.body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').any(|one| one == expected)
    }
}

#[derive(Default)]
struct Inside {
    posted: Vec<Posted>,
    /// Answers to come, the last one first; 204 where there is none.
    answers: Vec<u16>,
    pause: Duration,
}

/// The receiver; it ends with the test.
pub struct Receiver {
    pub url: String,
    inside: Arc<Mutex<Inside>>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks?a=b", listener.local_addr().unwrap());
        let inside = Arc::new(Mutex::new(Inside::default()));
        let shared = Arc::clone(&inside);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, inside }
    }

    /// How it answers from now on: these first, and then 204.
    pub fn answers(&self, answers: &[u16]) {
        self.inside.lock().unwrap().answers = answers.iter().rev().copied().collect();
    }

    /// How long it takes from now on.
    pub fn takes(&self, pause: Duration) {
        self.inside.lock().unwrap().pause = pause;
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.inside.lock().unwrap().posted.clone()
    }

    /// Waits until it was posted to so often.
    pub async fn heard(&self, count: usize) -> Vec<Posted> {
        for _ in 0..1000 {
            let posted = self.posted();
            if posted.len() >= count {
                return posted;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("posted {} times, not {count}", self.posted().len());
    }
}

async fn answer(inside: Arc<Mutex<Inside>>, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let (status, pause) = {
        let mut inside = inside.lock().unwrap();
        inside.posted.push(Posted {
            headers: head.headers,
            body,
            path: head.uri.to_string(),
        });
        (inside.answers.pop().unwrap_or(204), inside.pause)
    };
    tokio::time::sleep(pause).await;
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    if status == 302 {
        response.headers_mut().insert("location", "/elsewhere".parse().unwrap());
    }
    Ok(response)
}
