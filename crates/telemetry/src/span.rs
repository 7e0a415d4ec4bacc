use std::future::Future;
use std::sync::OnceLock;

use opentelemetry::trace::{FutureExt, Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SamplingDecision, SdkTracer, ShouldSample};

use crate::trace_parent::TraceParent;

/// Which calls get spans; decided at the door.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// The part of all traces that is sampled, from 0 to 1.
    pub ratio: f64,
    /// Whether a caller's own decision counts instead, where it sends one. Else a caller's trace is continued if the ratio takes it,
    /// and never against the caller's word.
    pub follow_callers: bool,
}

struct Tracing {
    tracer: SdkTracer,
    ratio: Sampler,
    follow_callers: bool,
}

static TRACING: OnceLock<Tracing> = OnceLock::new();

/// From now on spans are made by this tracer, whose own sampler is to follow parents and else to take the same ratio. Returns false
/// where another was given before, which stays.
pub fn trace_with(tracer: SdkTracer, sampling: Sampling) -> bool {
    let tracing = Tracing {
        tracer,
        ratio: Sampler::TraceIdRatioBased(sampling.ratio),
        follow_callers: sampling.follow_callers,
    };
    TRACING.set(tracing).is_ok()
}

/// Whether there are spans at all.
#[must_use]
pub fn is_tracing() -> bool {
    TRACING.get().is_some()
}

/// The span of the work under way, where it is sampled.
#[must_use]
pub fn current() -> Option<TraceParent> {
    TRACING.get()?;
    Context::map_current(|context| {
        let within = context.has_active_span().then(|| context.span())?;
        TraceParent::of(within.span_context()).filter(|parent| parent.is_sampled())
    })
}

/// A piece of work of a sampled trace; of any other it is nothing, and costs nothing. Ends when [`Span::end`] is called or the last
/// clone is dropped.
#[derive(Debug, Clone, Default)]
pub struct Span(Option<Context>);

impl Span {
    /// The span of a call from outside, after which its caller may have named a span of its own.
    #[must_use]
    pub fn at_the_door(name: &'static str, caller: Option<TraceParent>) -> Self {
        let Some(tracing) = TRACING.get() else {
            return Self::default();
        };
        match caller {
            None => tracing.begin(SpanKind::Server, name, &Context::new()),
            Some(caller) if tracing.takes(caller) => tracing.begin(SpanKind::Server, name, &after(caller)),
            Some(_) => Self::default(),
        }
    }

    /// The span of what comes after another one, perhaps of another process.
    #[must_use]
    pub fn following(kind: SpanKind, name: &'static str, parent: Option<TraceParent>) -> Self {
        match (TRACING.get(), parent) {
            (Some(tracing), Some(parent)) if parent.is_sampled() => tracing.begin(kind, name, &after(parent)),
            _ => Self::default(),
        }
    }

    /// The span of a part of the work under way.
    #[must_use]
    pub fn within(kind: SpanKind, name: &'static str) -> Self {
        match TRACING.get() {
            Some(tracing) if current().is_some() => tracing.begin(kind, name, &Context::current()),
            _ => Self::default(),
        }
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// As those that come after it know it.
    #[must_use]
    pub fn trace_parent(&self) -> Option<TraceParent> {
        let context = self.0.as_ref()?;
        TraceParent::of(context.span().span_context())
    }

    /// Says more of it.
    pub fn set(&self, attributes: impl FnOnce() -> Vec<KeyValue>) {
        if let Some(context) = &self.0 {
            context.span().set_attributes(attributes());
        }
    }

    /// Marks it as failed, for a stable reason.
    pub fn fail(&self, reason: &str) {
        if let Some(context) = &self.0 {
            let span = context.span();
            span.set_attribute(KeyValue::new("error.type", reason.to_owned()));
            span.set_status(Status::error(""));
        }
    }

    /// Does a piece of work within it.
    pub async fn run<F: Future>(&self, work: F) -> F::Output {
        match &self.0 {
            Some(context) => work.with_context(context.clone()).await,
            None => work.await,
        }
    }

    /// Ends it.
    pub fn end(&self) {
        if let Some(context) = &self.0 {
            context.span().end();
        }
    }
}

impl Tracing {
    fn begin(&self, kind: SpanKind, name: &'static str, parent: &Context) -> Span {
        let span = SpanBuilder::from_name(name)
            .with_kind(kind)
            .start_with_context(&self.tracer, parent);
        let sampled = span.span_context().is_sampled();
        Span(sampled.then(|| Context::new().with_span(span)))
    }

    fn takes(&self, caller: TraceParent) -> bool {
        caller.is_sampled() && (self.follow_callers || self.ratio_takes(caller.trace_id()))
    }

    fn ratio_takes(&self, trace: TraceId) -> bool {
        let decided = self.ratio.should_sample(None, trace, "", &SpanKind::Server, &[], &[]);
        decided.decision == SamplingDecision::RecordAndSample
    }
}

fn after(parent: TraceParent) -> Context {
    Context::new().with_remote_span_context(parent.remote())
}
