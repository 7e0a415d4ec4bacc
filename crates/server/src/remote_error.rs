use tonic::{Code, Status};
use tonic_types::StatusExt;
use yihe_kernel::{ERROR_DOMAIN, Error, FieldViolation, Reason, reasons};

use crate::reasons as ours;

/// The error that another service of ours told, under its own reason where that is one of everybody's, of authorization's or
/// of `known`; else under a general reason of the same kind. What was broken over there is `UNAVAILABLE` here.
#[must_use]
pub fn remote_error(status: &Status, known: &[&'static Reason]) -> Error {
    let details = status.get_error_details();
    let info = details.error_info().filter(|info| info.domain == ERROR_DOMAIN);
    let code = info.map(|info| info.reason.as_str()).unwrap_or_default();
    let lists = [known, yihe_kernel::REASONS, yihe_authz::REASONS, ours::REASONS];
    let reason = lists
        .iter()
        .flat_map(|list| list.iter())
        .find(|reason| reason.code == code && code != "INTERNAL");
    let reason = reason.copied().unwrap_or_else(|| general(status.code()));
    let mut error = Error::new(reason);
    for key in keys(reason.en) {
        let value = info.and_then(|info| info.metadata.get(key)).cloned();
        error = error.with(key, value.unwrap_or_else(|| fallback(key, status)));
    }
    if let Some(bad) = details.bad_request()
        && reason == &reasons::INVALID_REQUEST
    {
        let told = |field: &str, text: &str| FieldViolation {
            field: field.into(),
            en: text.into(),
            zh: text.into(),
        };
        let fields = bad
            .field_violations
            .iter()
            .map(|violation| told(&violation.field, &violation.description));
        return Error::invalid(fields.collect());
    }
    match details.retry_info().and_then(|retry| retry.retry_delay) {
        Some(delay) => error.retry_after(delay),
        None => error,
    }
}

fn general(code: Code) -> &'static Reason {
    match code {
        Code::NotFound => &reasons::RESOURCE_NOT_FOUND,
        Code::InvalidArgument => &reasons::INVALID_REQUEST,
        Code::PermissionDenied => &reasons::PERMISSION_DENIED,
        Code::Unauthenticated => &reasons::UNAUTHENTICATED,
        _ => &reasons::UNAVAILABLE,
    }
}

fn fallback(key: &str, status: &Status) -> String {
    match key {
        "detail" if status.code() == Code::DeadlineExceeded => "a service took too long".to_owned(),
        "detail" if status.code() == Code::Unauthenticated => "a service refuses the node's own token".to_owned(),
        "detail" => "a service does not answer".to_owned(),
        _ => "-".to_owned(),
    }
}

fn keys(template: &'static str) -> impl Iterator<Item = &'static str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(key, _)| key))
}

#[cfg(test)]
mod tests {
    use super::*;

    yihe_kernel::reasons! {
        MEETING_STATE: Precondition, "the meeting is {state}", "会议状态为 {state}";
    }

    #[test]
    fn a_known_reason_comes_through_with_its_texts() {
        let status = Status::from(Error::new(&MEETING_STATE).with("state", "OPEN"));
        let error = remote_error(&status, REASONS);
        assert!(error.is(&MEETING_STATE));
        assert_eq!(error.to_string(), "the meeting is OPEN");
        assert!(remote_error(&status, &[]).is(&reasons::UNAVAILABLE));
    }

    #[test]
    fn field_violations_come_through() {
        let violation = FieldViolation {
            field: "title".into(),
            en: "is required".into(),
            zh: "必填".into(),
        };
        let error = remote_error(&Error::invalid(vec![violation]).into(), &[]);
        assert_eq!(error.violations()[0].field, "title");
    }

    #[test]
    fn what_is_broken_over_there_is_unavailable_here() {
        for status in [
            Status::from(Error::internal("x")),
            Status::unknown("x"),
            Status::deadline_exceeded("x"),
        ] {
            let error = remote_error(&status, &[]);
            assert!(error.is(&reasons::UNAVAILABLE), "{status:?}");
            assert!(!error.to_string().contains('{'), "{error}");
        }
        let error = remote_error(&Error::not_found("communities/1").into(), &[]);
        assert_eq!(error.metadata()["name"], "communities/1");
    }
}
