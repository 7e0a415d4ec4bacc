//! Spans of what happens to an event after its transaction.
//!
//! They are children of the span that the event came of, not linked roots: each effect is of one event, so that the trace stays a
//! tree and shows all that a call led to, also in other processes and after a replay days later.

use store::Event;
use yihe_store as store;
use yihe_telemetry::{KeyValue, Span, SpanKind};

/// Of an event's way to the bus. Whoever reads it there comes after this span.
pub(crate) fn publishing(service: &'static str, event: &mut Event) -> Span {
    let span = Span::following(SpanKind::Producer, "bus.publish", event.trace);
    span.set(|| {
        let mut attributes = about(event);
        attributes.push(KeyValue::new("messaging.operation.type", "send"));
        attributes.push(KeyValue::new("messaging.destination.name", service));
        attributes
    });
    event.trace = span.trace_parent().or(event.trace);
    span
}

/// Of one attempt at an event's effect.
pub(crate) fn consuming(consumer: &'static str, event: &Event) -> Span {
    let span = Span::following(SpanKind::Consumer, "bus.process", event.trace);
    span.set(|| {
        let mut attributes = about(event);
        attributes.push(KeyValue::new("messaging.operation.type", "process"));
        attributes.push(KeyValue::new("messaging.consumer.group.name", consumer));
        attributes
    });
    span
}

fn about(event: &Event) -> Vec<KeyValue> {
    vec![
        KeyValue::new("messaging.system", "yihe"),
        KeyValue::new("messaging.message.id", event.id.to_string()),
        KeyValue::new("yihe.event.kind", event.kind.clone()),
    ]
}
