use futures::FutureExt;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

/// Readiness, told by `grpc.health.v1` for the whole process (`""`) and for each name.
#[derive(Debug, Clone)]
pub struct Health {
    reporter: HealthReporter,
    names: std::sync::Arc<[String]>,
}

impl Health {
    /// Not ready yet, for the process and for these services, such as `yihe.meeting.v1.MeetingService`.
    #[must_use]
    pub fn not_ready(services: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = std::iter::once(String::new()).chain(services).collect();
        let health = Self {
            reporter: HealthReporter::new(),
            names: names.into(),
        };
        // nobody else holds the reporter yet, so there is nothing to wait for
        let told = health.set_ready(false).now_or_never();
        debug_assert!(told.is_some(), "a new reporter is free");
        health
    }

    /// Tells everybody who asks or watches.
    pub async fn set_ready(&self, ready: bool) {
        let status = if ready {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        for name in self.names.iter() {
            self.reporter.set_service_status(name, status).await;
        }
    }

    /// Says for the last time that it is not ready, and ends the streams of whoever watches: a stop waits for open streams.
    pub async fn close(&self) {
        self.set_ready(false).await;
        for name in self.names.iter() {
            let mut reporter = self.reporter.clone();
            reporter.clear_service_status(name).await;
        }
    }

    /// `routes` with the health service beside them. Health is open: it needs no internal token.
    #[must_use]
    pub fn beside(&self, routes: Routes) -> Routes {
        routes.add_service(HealthServer::new(HealthService::from_health_reporter(
            self.reporter.clone(),
        )))
    }
}
