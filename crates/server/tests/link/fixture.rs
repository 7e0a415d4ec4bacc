use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::Stream;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Request, Response, Status};
use yihe_authz::InternalClaims;
use yihe_kernel::{Error, reasons};
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::snapshot_service_server::{SnapshotService, SnapshotServiceServer};
use yihe_server::{Link, ServeOptions, Tls, current_deadline, serve, serve_secured};

/// Does what the header `x-do` says.
#[derive(Debug, Clone, Default)]
pub struct Upstream {
    pub finished: Arc<AtomicBool>,
}

pub fn order<T>(message: T, text: &'static str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-do", text.parse().unwrap());
    request.metadata_mut().insert("accept-language", "en".parse().unwrap());
    request
}

fn ordered<T>(request: &Request<T>) -> String {
    request
        .metadata()
        .get("x-do")
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

#[tonic::async_trait]
impl SnapshotService for Upstream {
    async fn get_snapshot(&self, request: Request<pb::GetSnapshotRequest>) -> Result<Response<pb::Snapshot>, Status> {
        match ordered(&request).as_str() {
            "fail" => {
                let mut status = Status::from(Error::not_found("communities/440309002021"));
                status.metadata_mut().insert("x-told", "yes".parse().unwrap());
                Err(status)
            }
            "panic" => panic!("the handler broke"),
            "slow" => {
                tokio::time::sleep(Duration::from_secs(5)).await;
                self.finished.store(true, Ordering::SeqCst);
                Ok(Response::new(pb::Snapshot::default()))
            }
            "claims" => {
                let claims = request.extensions().get::<InternalClaims>().unwrap();
                assert!(request.metadata().get(yihe_authz::INTERNAL_TOKEN).is_none());
                Ok(Response::new(pb::Snapshot {
                    community: claims.principal.to_string(),
                    ..Default::default()
                }))
            }
            "deadline" => {
                let known = current_deadline().is_some().to_string();
                Ok(Response::new(pb::Snapshot {
                    community: known,
                    ..Default::default()
                }))
            }
            _ => {
                let echo = request.get_ref().community.clone();
                let mut response = Response::new(pb::Snapshot {
                    community: echo,
                    ..Default::default()
                });
                response.metadata_mut().insert("x-told", "yes".parse().unwrap());
                Ok(response)
            }
        }
    }

    type WatchRevisionsStream = Pin<Box<dyn Stream<Item = Result<pb::RevisionChange, Status>> + Send>>;

    async fn watch_revisions(
        &self,
        request: Request<pb::WatchRevisionsRequest>,
    ) -> Result<Response<Self::WatchRevisionsStream>, Status> {
        let what = ordered(&request);
        let stream = futures::stream::unfold(0, move |index| {
            let what = what.clone();
            async move {
                let item = match (index, what.as_str()) {
                    (0..3, _) | (_, "endless") => {
                        let community = format!("communities/{index}");
                        Ok(pb::RevisionChange {
                            community,
                            ..Default::default()
                        })
                    }
                    (3, "fail") => Err(Error::new(&reasons::UNAVAILABLE).with("detail", "mid-stream").into()),
                    (3, "panic") => panic!("the stream broke"),
                    (3, "slow") => std::future::pending().await,
                    _ => return None,
                };
                Some((item, index + 1))
            }
        });
        Ok(Response::new(Box::pin(stream)))
    }
}

pub struct Served {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Served {
    pub async fn start(routes: Routes, options: ServeOptions) -> Self {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::start_at(anywhere, None, routes, options).await
    }

    pub async fn start_at(at: SocketAddr, tls: Option<Tls>, routes: Routes, options: ServeOptions) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let task = match tls {
            None => tokio::spawn(serve(listener, routes, options, stopped)),
            Some(tls) => tokio::spawn(serve_secured(listener, tls, routes, options, stopped)),
        };
        Self {
            address,
            stop: Some(stop),
            task,
        }
    }

    pub async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address))
            .unwrap()
            .connect()
            .await
            .unwrap()
    }

    pub fn ask_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Closes its sockets as the end of its process would.
    pub fn kill(&self) {
        self.task.abort();
    }

    pub async fn stopped(self) {
        self.task.await.unwrap().unwrap();
    }
}

pub fn routes(upstream: Upstream) -> Routes {
    Routes::new(SnapshotServiceServer::new(upstream))
}

/// The same service over every kind of link. The server must live as long as the links.
pub async fn links() -> (Vec<(&'static str, Link)>, Served) {
    let served = Served::start(routes(Upstream::default()), ServeOptions::default()).await;
    let (late, end) = Link::late();
    end.set(Link::Local(routes(Upstream::default()))).unwrap();
    let links = vec![
        ("local", Link::Local(routes(Upstream::default()))),
        ("remote", Link::Remote(served.channel().await)),
        ("late", late),
    ];
    (links, served)
}
