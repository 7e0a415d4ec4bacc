//! What a process tells of its work: spans of the calls that are sampled, and counts of all of them.
//!
//! Where nothing is exported every function here is one look at a static. Who exports, and where to, is said once, in the
//! composition root, by [`trace_with`] and [`count_with`].
//!
//! **Invariant**: a trace begins at the door and nowhere else: what is not sampled there has no span anywhere.
//! **Invariant**: spans and counts carry ids and names of the program's own, never names of persons, never what a call contains.

mod counts;
mod meters;
mod span;
mod trace_parent;

pub use counts::{
    connections, count_with, dead_letters, decided, is_counting, outbox, refused, rpc_answered, snapshot_age, started,
    tally, transaction_ended,
};
pub use meters::Rpc;
pub use opentelemetry::KeyValue;
pub use opentelemetry::trace::SpanKind;
pub use span::{Sampling, Span, current, is_tracing, trace_with};
pub use trace_parent::{NotATraceParent, TRACE_PARENT, TraceParent};
