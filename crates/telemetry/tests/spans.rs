//! Which work gets a span, and which trace it belongs to.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter};
use yihe_telemetry::{Sampling, Span, SpanKind, TraceParent, current, is_tracing, trace_with};

#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.append(&mut batch);
        Ok(())
    }
}

impl Kept {
    fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A caller's span, of a trace that a ratio of a half takes (its low half is 0) or does not (it is all ones).
fn caller(low: &str, flags: &str) -> Option<TraceParent> {
    let text = format!("00-4bf92f3577b34da6{low}-00f067aa0ba902b7-{flags}");
    Some(text.parse().unwrap())
}

const TAKEN: &str = "0000000000000000";
const LEFT: &str = "ffffffffffffffff";

// one test for all: what is exported is said once in a process
#[tokio::test]
async fn a_trace_begins_at_the_door_and_is_one_tree() {
    assert!(!is_tracing());
    assert!(Span::at_the_door("rpc", caller(TAKEN, "01")).is_none());
    let kept = Kept::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(kept.clone())
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(0.5))))
        .build();
    let sampling = Sampling {
        ratio: 0.5,
        follow_callers: false,
    };
    assert!(trace_with(provider.tracer("yihe"), sampling));
    assert!(
        !trace_with(provider.tracer("another"), sampling),
        "what is exported is said once"
    );

    assert!(
        Span::within(SpanKind::Client, "transaction").is_none(),
        "nothing is under way"
    );
    assert!(Span::following(SpanKind::Consumer, "effect", None).is_none());
    for (low, flags) in [(LEFT, "01"), (TAKEN, "00"), (LEFT, "00")] {
        assert!(Span::at_the_door("rpc", caller(low, flags)).is_none(), "{low} {flags}");
    }

    let door = Span::at_the_door("rpc", caller(TAKEN, "01"));
    let inner = door
        .run(async {
            assert_eq!(current(), door.trace_parent());
            let inner = Span::within(SpanKind::Client, "transaction");
            let seen = inner.run(async { current() }).await;
            assert_eq!(seen, inner.trace_parent());
            inner.fail("VOTE_CLOSED");
            inner
        })
        .await;
    assert_eq!(current(), None);
    let told: TraceParent = inner.trace_parent().unwrap().to_string().parse().unwrap();
    let effect = Span::following(SpanKind::Consumer, "effect", Some(told));
    for span in [effect, inner, door] {
        span.end();
    }
    let spans = kept.take();
    let of = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (door, inner, effect) = (of("rpc"), of("transaction"), of("effect"));
    assert_eq!(spans.len(), 3);
    assert_eq!(door.parent_span_id, caller(TAKEN, "01").unwrap().span_id());
    assert_eq!(inner.parent_span_id, door.span_context.span_id());
    assert_eq!(effect.parent_span_id, inner.span_context.span_id());
    let trace = caller(TAKEN, "01").unwrap().trace_id();
    assert!(spans.iter().all(|span| span.span_context.trace_id() == trace));

    let begun = (0..1000).filter(|_| !Span::at_the_door("rpc", None).is_none()).count();
    assert!((350..650).contains(&begun), "half of all traces: {begun}");
}
