use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::reason::{Kind, Reason, reasons};
use crate::{Locale, MalformedName};

/// A result of the domain.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One bad field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldViolation {
    /// Path of the field, such as `meeting.title`.
    pub field: String,
    /// What is wrong, in English.
    pub en: String,
    /// What is wrong, in Chinese.
    pub zh: String,
}

#[derive(Debug)]
struct Inner {
    reason: &'static Reason,
    metadata: BTreeMap<&'static str, String>,
    violations: Vec<FieldViolation>,
    retry_after: Option<Duration>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A refusal or failure: a [`Reason`] with what fills its text. Causes are logged, never sent.
#[derive(Debug)]
pub struct Error(Box<Inner>);

impl Error {
    /// An error for this reason.
    #[must_use]
    pub fn new(reason: &'static Reason) -> Self {
        Self(Box::new(Inner {
            reason,
            metadata: BTreeMap::new(),
            violations: Vec::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// An internal error whose cause is logged once, when the error is sent, and never returned.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(&reasons::INTERNAL).caused_by(cause)
    }

    /// `name` does not exist.
    #[must_use]
    pub fn not_found(name: impl fmt::Display) -> Self {
        Self::new(&reasons::RESOURCE_NOT_FOUND).with("name", name)
    }

    /// A malformed resource name in `field`.
    #[must_use]
    pub fn malformed_name(field: &str, refusal: &MalformedName) -> Self {
        let mut error = Self::new(&reasons::MALFORMED_NAME)
            .with("field", field)
            .with("name", &refusal.text)
            .with("pattern", refusal.pattern);
        let (en, zh) = (error.text(Locale::En), error.text(Locale::ZhCn));
        error.0.violations.push(FieldViolation {
            field: field.to_owned(),
            en,
            zh,
        });
        error
    }

    /// Every bad field of a request.
    #[must_use]
    pub fn invalid(violations: Vec<FieldViolation>) -> Self {
        let fields = violations
            .iter()
            .map(|v| v.field.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let mut error = Self::new(&reasons::INVALID_REQUEST).with("fields", fields);
        error.0.violations = violations;
        error
    }

    /// Names bad fields, for a reason other than `INVALID_REQUEST`.
    #[must_use]
    pub fn naming(mut self, violations: Vec<FieldViolation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// Fills `{key}` of the texts; also sent as metadata of `ErrorInfo`.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.metadata.insert(key, value.to_string());
        self
    }

    /// When to try again.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// What lies beneath; for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &'static Reason {
        self.0.reason
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.reason.kind
    }

    /// Whether this is the reason.
    #[must_use]
    pub fn is(&self, reason: &Reason) -> bool {
        self.0.reason == reason
    }

    /// What fills the texts.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<&'static str, String> {
        &self.0.metadata
    }

    /// Bad fields, each named.
    #[must_use]
    pub fn violations(&self) -> &[FieldViolation] {
        &self.0.violations
    }

    /// When to try again, where that is known.
    #[must_use]
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What lies beneath.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.cause.as_deref()
    }

    /// The text in a language, filled.
    #[must_use]
    pub fn text(&self, locale: Locale) -> String {
        let template = match locale {
            Locale::En => self.0.reason.en,
            Locale::ZhCn => self.0.reason.zh,
        };
        fill(template, &self.0.metadata)
    }
}

// in one pass, so that a value holding `{…}` is not filled again
fn fill(template: &str, metadata: &BTreeMap<&'static str, String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = after.find('}') else {
            rest = after;
            break;
        };
        match metadata.get(&after[1..close]) {
            Some(value) => out.push_str(value),
            None => out.push_str(&after[..=close]),
        }
        rest = &after[close + 1..];
    }
    out.push_str(rest);
    out
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Locale::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_filled_once() {
        let error = Error::new(&reasons::MALFORMED_NAME)
            .with("field", "{name}")
            .with("name", "x")
            .with("pattern", "p");
        assert_eq!(error.to_string(), "{name}: `x` is not a name of the form `p`");
    }
}
