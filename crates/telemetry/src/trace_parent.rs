use std::fmt;
use std::str::FromStr;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// The header that carries a [`TraceParent`] (W3C Trace Context).
pub const TRACE_PARENT: &str = "traceparent";

/// A span as whoever comes after it knows it: `00-{trace}-{span}-{flags}`.
///
/// What a caller's `tracestate` and `baggage` say is not taken along: it is the caller's own text, and would be exported with
/// every span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    trace: TraceId,
    span: SpanId,
    sampled: bool,
}

/// A text that is no [`TraceParent`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a traceparent")]
pub struct NotATraceParent;

impl TraceParent {
    pub(crate) fn of(context: &SpanContext) -> Option<Self> {
        context.is_valid().then(|| Self {
            trace: context.trace_id(),
            span: context.span_id(),
            sampled: context.is_sampled(),
        })
    }

    pub(crate) fn remote(self) -> SpanContext {
        let flags = TraceFlags::default().with_sampled(self.sampled);
        SpanContext::new(self.trace, self.span, flags, true, TraceState::NONE)
    }

    /// The trace.
    #[must_use]
    pub const fn trace_id(self) -> TraceId {
        self.trace
    }

    /// The span.
    #[must_use]
    pub const fn span_id(self) -> SpanId {
        self.span
    }

    /// Whether spans of this trace are exported.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        self.sampled
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

impl FromStr for TraceParent {
    type Err = NotATraceParent;

    fn from_str(text: &str) -> Result<Self, NotATraceParent> {
        let mut parts = text.split('-');
        let mut field = |length: usize| {
            let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            let field = parts.next().filter(|part| part.len() == length);
            field.filter(|part| part.bytes().all(digit)).ok_or(NotATraceParent)
        };
        let (version, trace, span, flags) = (field(2)?, field(32)?, field(16)?, field(2)?);
        // later versions may say more after the flags
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return Err(NotATraceParent);
        }
        let trace = TraceId::from_hex(trace).map_err(|_| NotATraceParent)?;
        let span = SpanId::from_hex(span).map_err(|_| NotATraceParent)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| NotATraceParent)?;
        if trace == TraceId::INVALID || span == SpanId::INVALID {
            return Err(NotATraceParent);
        }
        Ok(Self {
            trace,
            span,
            sampled: TraceFlags::new(flags).is_sampled(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_parent_comes_back_as_it_was() {
        for text in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000001-0000000000000001-00",
        ] {
            let parsed: TraceParent = text.parse().unwrap();
            assert_eq!(parsed.to_string(), text);
            assert_eq!(parsed.is_sampled(), text.ends_with("01"));
        }
    }

    #[test]
    fn what_is_none_is_not_taken() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(text.parse::<TraceParent>(), Err(NotATraceParent), "{text}");
        }
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later";
        assert!(later.parse::<TraceParent>().is_ok());
    }
}
