use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::reason::Kind;
use crate::{Error, Locale};

/// The domain of every `google.rpc.ErrorInfo` of ours.
pub const ERROR_DOMAIN: &str = "yihe";

impl From<Error> for Status {
    /// The wire form: `ErrorInfo` always, `BadRequest`, `PreconditionFailure`, `ResourceInfo` and `RetryInfo` where they fit, and
    /// `LocalizedMessage` in the caller's language. The message itself is English.
    fn from(error: Error) -> Self {
        if let Some(cause) = error.cause() {
            tracing::error!(reason = error.reason().code, cause = %Chain(cause), "{error}");
        }
        let locale = Locale::current();
        let metadata: HashMap<String, String> = error
            .metadata()
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        let subject = error.metadata().get("name").cloned().unwrap_or_default();
        let mut details = ErrorDetails::with_error_info(error.reason().code, ERROR_DOMAIN, metadata);
        for violation in error.violations() {
            let text = match locale {
                Locale::En => &violation.en,
                Locale::ZhCn => &violation.zh,
            };
            details.add_bad_request_violation(&violation.field, text);
        }
        match error.kind() {
            Kind::Precondition => {
                details.add_precondition_failure_violation(error.reason().code, &subject, error.text(Locale::En));
            }
            Kind::NotFound | Kind::AlreadyExists if !subject.is_empty() => {
                details.set_resource_info("", &subject, "", error.text(Locale::En));
            }
            _ => {}
        }
        if let Some(delay) = error.retry_delay() {
            details.set_retry_info(Some(delay));
        }
        details.set_localized_message(locale.tag(), error.text(locale));
        Self::with_error_details(code(error.kind()), error.text(Locale::En), details)
    }
}

fn code(kind: Kind) -> Code {
    match kind {
        Kind::Invalid => Code::InvalidArgument,
        Kind::NotFound => Code::NotFound,
        Kind::AlreadyExists => Code::AlreadyExists,
        Kind::Precondition => Code::FailedPrecondition,
        Kind::Conflict => Code::Aborted,
        Kind::Denied => Code::PermissionDenied,
        Kind::Unauthenticated => Code::Unauthenticated,
        Kind::Exhausted => Code::ResourceExhausted,
        Kind::Unavailable => Code::Unavailable,
        Kind::Internal => Code::Internal,
    }
}

struct Chain<'a>(&'a (dyn std::error::Error + Send + Sync));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FieldViolation, reasons};

    #[tokio::test]
    async fn details_carry_reason_fields_and_language() {
        let error = Error::invalid(vec![FieldViolation {
            field: "title".into(),
            en: "is required".into(),
            zh: "必填".into(),
        }]);
        let status = crate::with_locale(Locale::ZhCn, async { Status::from(error) }).await;
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "INVALID_REQUEST");
        assert_eq!(details.error_info().unwrap().domain, "yihe");
        assert_eq!(details.bad_request().unwrap().field_violations[0].description, "必填");
        assert_eq!(details.localized_message().unwrap().locale, "zh-CN");
    }

    #[test]
    fn causes_stay_inside() {
        let status = Status::from(Error::internal("password=hunter2"));
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("hunter2"));
        assert_eq!(
            status.get_error_details().error_info().unwrap().reason,
            reasons::INTERNAL.code
        );
    }
}
