//! The way of logs, spans and counts out of the process: to a collector by OTLP over gRPC, in batches, by threads of their own.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{BatchConfigBuilder as LogBatches, BatchLogProcessor, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder as SpanBatches, BatchSpanProcessor, IdGenerator, RandomIdGenerator, Sampler, SdkTracerProvider,
};
use prometheus::Registry;
use tonic::transport::{Channel, Endpoint};
use yihe_telemetry::Sampling;

const SCOPE: &str = "yihe";
const CONNECT: Duration = Duration::from_secs(3);
const ANSWER: Duration = Duration::from_secs(5);
const COUNTS_EVERY: Duration = Duration::from_secs(15);
/// What waits while the collector is slow; what comes then is dropped, and counted in the exporter's own log line.
const WAITING: usize = 16_384;

/// What is exported, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The collector, `http://127.0.0.1:4317`; absent exports nothing.
    pub collector: Option<String>,
    /// Which calls get spans.
    pub sampling: Sampling,
    /// `service.name` of everything exported, unless `OTEL_SERVICE_NAME` names another.
    pub service_name: String,
    /// Whether counts are kept for whoever scrapes.
    pub scraped: bool,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            collector: None,
            sampling: Sampling {
                ratio: 0.0,
                follow_callers: false,
            },
            service_name: SCOPE.to_owned(),
            scraped: false,
        }
    }
}

/// Nothing can be exported as asked.
#[derive(Debug, thiserror::Error)]
#[error("telemetry cannot be exported: {0}")]
pub struct ExportError(String);

fn error(cause: impl std::fmt::Display) -> ExportError {
    ExportError(cause.to_string())
}

#[derive(Debug, Default)]
pub(super) struct Exporters {
    traces: Option<SdkTracerProvider>,
    counts: Option<SdkMeterProvider>,
    logs: Option<SdkLoggerProvider>,
    registry: Option<Registry>,
}

impl Exporters {
    pub fn build(export: &Export) -> Result<Self, ExportError> {
        if export.collector.is_none() && !export.scraped {
            return Ok(Self::default());
        }
        let resource = resource(&export.service_name);
        let channel = export.collector.as_deref().map(channel).transpose()?;
        let mut counts = SdkMeterProvider::builder().with_resource(resource.clone());
        let mut exporters = Self::default();
        if export.scraped {
            let registry = Registry::new();
            let reader = opentelemetry_prometheus::exporter().with_registry(registry.clone());
            counts = counts.with_reader(reader.build().map_err(error)?);
            exporters.registry = Some(registry);
        }
        if let Some(channel) = channel {
            let exporter = MetricExporter::builder().with_tonic().with_channel(channel.clone());
            let reader = PeriodicReader::builder(exporter.build().map_err(error)?).with_interval(COUNTS_EVERY);
            counts = counts.with_reader(reader.build());
            exporters.traces = Some(traces(channel.clone(), resource.clone(), export.sampling)?);
            exporters.logs = Some(logs(channel, resource)?);
        }
        exporters.counts = Some(counts.build());
        Ok(exporters)
    }

    pub const fn logs(&self) -> Option<&SdkLoggerProvider> {
        self.logs.as_ref()
    }

    pub const fn registry(&self) -> Option<&Registry> {
        self.registry.as_ref()
    }

    /// Lets the whole process count and trace.
    pub fn announce(&self, sampling: Sampling) {
        if let Some(counts) = &self.counts {
            yihe_telemetry::count_with(&counts.meter(SCOPE));
        }
        if let Some(traces) = &self.traces {
            yihe_telemetry::trace_with(traces.tracer(SCOPE), sampling);
        }
    }

    pub async fn end(self, bound: Duration) {
        let (traces, counts, logs) = (self.traces, self.counts, self.logs);
        // each waits for a thread of its own, which on a runtime of one thread would wait for this one
        let ends = [
            tokio::task::spawn_blocking(move || traces.map(|traces| traces.shutdown_with_timeout(bound))),
            tokio::task::spawn_blocking(move || counts.map(|counts| counts.shutdown_with_timeout(bound))),
            tokio::task::spawn_blocking(move || logs.map(|logs| logs.shutdown_with_timeout(bound))),
        ];
        if tokio::time::timeout(bound, futures::future::join_all(ends))
            .await
            .map(told)
            .is_err()
        {
            tracing::warn!("the collector did not take the last telemetry in time");
        }
    }
}

fn told(ends: Vec<Result<Option<OTelSdkResult>, tokio::task::JoinError>>) {
    for error in ends.into_iter().flatten().flatten().filter_map(Result::err) {
        tracing::warn!(%error, "the last telemetry is lost");
    }
}

fn channel(collector: &str) -> Result<Channel, ExportError> {
    let endpoint = Endpoint::from_shared(collector.to_owned()).map_err(error)?;
    // connected when there is something to export: a collector may come up later, and go away
    Ok(endpoint.connect_timeout(CONNECT).timeout(ANSWER).connect_lazy())
}

fn traces(channel: Channel, resource: Resource, sampling: Sampling) -> Result<SdkTracerProvider, ExportError> {
    let exporter = SpanExporter::builder().with_tonic().with_channel(channel).build();
    let batches = SpanBatches::default().with_max_queue_size(WAITING).build();
    let processor = BatchSpanProcessor::builder(exporter.map_err(error)?).with_batch_config(batches);
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(sampling.ratio)));
    let provider = SdkTracerProvider::builder().with_span_processor(processor.build());
    Ok(provider.with_resource(resource).with_sampler(sampler).build())
}

fn logs(channel: Channel, resource: Resource) -> Result<SdkLoggerProvider, ExportError> {
    let exporter = LogExporter::builder().with_tonic().with_channel(channel).build();
    let batches = LogBatches::default().with_max_queue_size(WAITING).build();
    let processor = BatchLogProcessor::builder(exporter.map_err(error)?).with_batch_config(batches);
    let provider = SdkLoggerProvider::builder().with_log_processor(processor.build());
    Ok(provider.with_resource(resource).build())
}

/// What this process is; `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` add to it and win.
fn resource(service_name: &str) -> Resource {
    let drawn = RandomIdGenerator::default().new_trace_id();
    let ours = [
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", drawn.to_string()),
    ];
    let told = Resource::builder().build();
    let named = std::env::var_os("OTEL_SERVICE_NAME").is_some()
        || std::env::var("OTEL_RESOURCE_ATTRIBUTES").is_ok_and(|attributes| attributes.contains("service.name="));
    let name = (!named).then(|| KeyValue::new("service.name", service_name.to_owned()));
    let told = told
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Resource::builder_empty()
        .with_attributes(ours)
        .with_attributes(told)
        .with_attributes(name)
        .build()
}
