use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{LogsService, LogsServiceServer};
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tonic::codegen::tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status, async_trait};

/// A collector that speaks OTLP over gRPC on a free loopback port and keeps what it is told.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    kept: Kept,
    serving: AbortHandle,
}

/// A span that a process told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSpan {
    /// `service.name` of the process.
    pub process: String,
    /// `service.instance.id` of the process.
    pub instance: String,
    /// What was done.
    pub name: String,
    /// `Server`, `Client`, `Producer`, `Consumer` or `Internal`.
    pub kind: String,
    /// The trace, 32 hexadecimal digits.
    pub trace: String,
    /// The span, 16 hexadecimal digits.
    pub id: String,
    /// The span it is part of or came of; empty for none.
    pub parent: String,
    /// What else is said of it, numbers as text.
    pub attributes: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    traces: Vec<ExportTraceServiceRequest>,
    metrics: Vec<ExportMetricsServiceRequest>,
    logs: Vec<ExportLogsServiceRequest>,
    /// How long each export is kept waiting for its answer.
    slow: Duration,
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep(&self, keep: impl FnOnce(&mut Told)) {
        let slow = self.lock().slow;
        tokio::time::sleep(slow).await;
        keep(&mut self.lock());
    }
}

#[async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.keep(|told| told.traces.push(request.into_inner())).await;
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[async_trait]
impl MetricsService for Kept {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.keep(|told| told.metrics.push(request.into_inner())).await;
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[async_trait]
impl LogsService for Kept {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.keep(|told| told.logs.push(request.into_inner())).await;
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

impl Collector {
    /// Starts it. Must be called within a runtime; it ends when dropped.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let kept = Kept::default();
        let server = Server::builder()
            .add_service(TraceServiceServer::new(kept.clone()))
            .add_service(MetricsServiceServer::new(kept.clone()))
            .add_service(LogsServiceServer::new(kept.clone()));
        let serving = tokio::spawn(async move {
            // it ends with the test, whatever comes of it
            let _ = server.serve_with_incoming(TcpListenerStream::new(listener)).await;
        });
        Ok(Self {
            address,
            kept,
            serving: serving.abort_handle(),
        })
    }

    /// Where processes export to, `http://…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Keeps every export waiting for so long from now on.
    pub fn slow_down(&self, slow: Duration) {
        self.kept.lock().slow = slow;
    }

    /// Everything it was told, as text.
    #[must_use]
    pub fn everything(&self) -> String {
        let told = self.kept.lock();
        format!("{:?}\n{:?}\n{:?}", told.traces, told.metrics, told.logs)
    }

    /// Names of all metrics it was told.
    #[must_use]
    pub fn metrics(&self) -> BTreeSet<String> {
        let told = self.kept.lock();
        let resources = told.metrics.iter().flat_map(|request| &request.resource_metrics);
        let scopes = resources.flat_map(|resource| &resource.scope_metrics);
        let metrics = scopes.flat_map(|scope| &scope.metrics);
        metrics.map(|metric| metric.name.clone()).collect()
    }

    /// How many log records it was told, and traces of those that have one.
    #[must_use]
    pub fn logs(&self) -> (usize, BTreeSet<String>) {
        let told = self.kept.lock();
        let resources = told.logs.iter().flat_map(|request| &request.resource_logs);
        let records = resources
            .flat_map(|resource| &resource.scope_logs)
            .flat_map(|scope| &scope.log_records);
        let traces: Vec<String> = records.map(|record| hex(&record.trace_id)).collect();
        let count = traces.len();
        (count, traces.into_iter().filter(|trace| !trace.is_empty()).collect())
    }

    /// All spans it was told.
    #[must_use]
    pub fn spans(&self) -> Vec<SeenSpan> {
        let told = self.kept.lock();
        let resources = told.traces.iter().flat_map(|request| &request.resource_spans);
        let mut spans = Vec::new();
        for resource in resources {
            let of_process = |key: &str| attribute(resource.resource.as_ref(), key);
            for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
                let attributes = span
                    .attributes
                    .iter()
                    .map(|told| (told.key.clone(), text(told.value.as_ref())));
                spans.push(SeenSpan {
                    process: of_process("service.name"),
                    instance: of_process("service.instance.id"),
                    name: span.name.clone(),
                    kind: format!("{:?}", span.kind()),
                    trace: hex(&span.trace_id),
                    id: hex(&span.span_id),
                    parent: hex(&span.parent_span_id),
                    attributes: attributes.collect(),
                });
            }
        }
        spans
    }

    /// Waits for a trace of which `is_there` finds everything. Returns its spans.
    ///
    /// # Errors
    /// There is none within the time.
    pub async fn trace(&self, within: Duration, is_there: impl Fn(&[SeenSpan]) -> bool) -> Result<Vec<SeenSpan>> {
        let begun = std::time::Instant::now();
        loop {
            let spans = self.spans();
            let mut traces: BTreeMap<String, Vec<SeenSpan>> = BTreeMap::new();
            for span in spans {
                traces.entry(span.trace.clone()).or_default().push(span);
            }
            if let Some(trace) = traces.into_values().find(|trace| is_there(trace)) {
                return Ok(trace);
            }
            if begun.elapsed() > within {
                bail!("no such trace among {:#?}", self.spans());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Says that all spans are of one trace, with one root, and that every parent is among them.
///
/// # Errors
/// What is missing.
pub fn whole(trace: &[SeenSpan]) -> Result<()> {
    let traces: BTreeSet<&str> = trace.iter().map(|span| span.trace.as_str()).collect();
    ensure!(traces.len() == 1, "spans of {} traces", traces.len());
    let known: BTreeSet<&str> = trace.iter().map(|span| span.id.as_str()).collect();
    ensure!(known.len() == trace.len(), "a span was told twice");
    let roots = trace.iter().filter(|span| span.parent.is_empty()).count();
    ensure!(roots == 1, "{roots} roots");
    for span in trace {
        let parent = span.parent.as_str();
        ensure!(
            parent.is_empty() || known.contains(parent),
            "the parent of {span:?} is missing"
        );
    }
    Ok(())
}

fn attribute(resource: Option<&Resource>, key: &str) -> String {
    let attributes: &[KeyValue] = resource.map_or(&[], |resource| &resource.attributes);
    let found = attributes.iter().find(|told| told.key == key);
    text(found.and_then(|told| told.value.as_ref()))
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
