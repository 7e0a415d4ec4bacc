use std::time::Instant;

use yihe_telemetry::{KeyValue, Span, SpanKind};

use crate::failure::Failure;

/// One transaction from the asking to the answer: a span where it is part of a sampled trace, and one more in the counts.
pub(crate) struct Watch {
    name: &'static str,
    begun: Option<Instant>,
    span: Span,
}

impl Watch {
    pub fn begin(name: &'static str, system: &'static str) -> Self {
        let span = Span::within(SpanKind::Client, name);
        span.set(|| {
            vec![
                KeyValue::new("db.system.name", system),
                KeyValue::new("db.operation.name", name),
            ]
        });
        Self {
            name,
            begun: yihe_telemetry::started(),
            span,
        }
    }

    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub const fn span(&self) -> &Span {
        &self.span
    }

    pub fn end(&self, failure: Option<&Failure>) {
        let outcome = match failure {
            None => "committed",
            Some(Failure::Refused(error)) => {
                self.span.fail(error.reason().code);
                "refused"
            }
            Some(Failure::Database(_)) => {
                self.span.fail("database");
                "failed"
            }
        };
        if let Some(begun) = self.begun {
            yihe_telemetry::transaction_ended(self.name, outcome, begun.elapsed());
        }
        self.span.end();
    }
}
