use http::HeaderMap;
use tonic::{Code, Status};
use yihe_kernel::{Error, reasons};

use crate::reasons as ours;
use crate::refusal::status_with_code;

/// Gives a status that carries no details (tonic's own refusals do not) our code, an `ErrorInfo` and a text in the caller's
/// language. Statuses with details and successes stay as they are.
pub fn normalise(headers: &mut HeaderMap) {
    let Some(code) = headers.get(Status::GRPC_STATUS) else {
        return;
    };
    if code.as_bytes() == b"0" || headers.contains_key(Status::GRPC_STATUS_DETAILS) {
        return;
    }
    let Some(bare) = Status::from_header_map(headers) else {
        return;
    };
    let explained = explain(&bare);
    headers.remove(Status::GRPC_MESSAGE);
    if let Err(refusal) = explained.add_header(headers) {
        tracing::error!(code = ?refusal.code(), "a status cannot be told in headers");
    }
}

/// The status with details that stands for `status`, which may have none.
#[must_use]
pub fn explain(status: &Status) -> Status {
    if !status.details().is_empty() {
        return status.clone();
    }
    let message = status.message();
    match status.code() {
        Code::OutOfRange if message.contains("message length too large") => Status::from(too_large(message)),
        // tonic's own timer says so, on the server and in the channel
        Code::Cancelled if message.contains("Timeout expired") => deadline_exceeded(),
        Code::DeadlineExceeded => deadline_exceeded(),
        Code::Cancelled => status_with_code(Code::Cancelled, Error::new(&ours::CALL_CANCELLED)),
        Code::Unimplemented if message.starts_with("Content is compressed") => {
            status_with_code(Code::Unimplemented, Error::new(&ours::COMPRESSION_NOT_SUPPORTED))
        }
        Code::Unimplemented => method_unknown(),
        Code::Internal if unreadable(message) => Error::new(&ours::MESSAGE_MALFORMED).with("detail", message).into(),
        Code::Unavailable => Error::new(&reasons::UNAVAILABLE)
            .with("detail", "a service does not answer")
            .into(),
        Code::Internal | Code::Unknown | Code::DataLoss => Error::internal(message).into(),
        code => status_with_code(code, Error::new(&ours::UNEXPLAINED).with("message", message)),
    }
}

/// The refusal of a path that no service answers.
#[must_use]
pub fn method_unknown() -> Status {
    status_with_code(Code::Unimplemented, Error::new(&ours::METHOD_UNKNOWN))
}

/// The refusal of a call whose deadline passed.
#[must_use]
pub fn deadline_exceeded() -> Status {
    status_with_code(Code::DeadlineExceeded, Error::new(&ours::DEADLINE_EXCEEDED))
}

fn too_large(message: &str) -> Error {
    let limit = message
        .split("limit is: ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .unwrap_or_default();
    Error::new(&reasons::MESSAGE_TOO_LARGE).with("limit", limit)
}

fn unreadable(message: &str) -> bool {
    const BEGINNINGS: [&str; 4] = [
        "failed to decode Protobuf message",
        "Missing request message",
        "Unexpected EOF decoding stream",
        "protocol error: received message with",
    ];
    BEGINNINGS.iter().any(|beginning| message.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    fn reason(status: &Status) -> (Code, String) {
        let mut headers = HeaderMap::new();
        status.add_header(&mut headers).unwrap();
        normalise(&mut headers);
        let read = Status::from_header_map(&headers).unwrap();
        let reason = read.get_error_details().error_info().map(|info| info.reason.clone());
        (read.code(), reason.unwrap_or_default())
    }

    #[test]
    fn every_bare_status_gets_a_reason() {
        let cases = [
            (
                Status::out_of_range("Error, decoded message length too large: found 5 bytes, the limit is: 4 bytes"),
                Code::ResourceExhausted,
                "MESSAGE_TOO_LARGE",
            ),
            (
                Status::cancelled("Timeout expired"),
                Code::DeadlineExceeded,
                "DEADLINE_EXCEEDED",
            ),
            (Status::cancelled("gone"), Code::Cancelled, "CALL_CANCELLED"),
            (
                Status::unimplemented("Content is compressed with `br` which isn't supported"),
                Code::Unimplemented,
                "COMPRESSION_NOT_SUPPORTED",
            ),
            (Status::unimplemented(""), Code::Unimplemented, "METHOD_UNKNOWN"),
            (
                Status::internal("failed to decode Protobuf message: x"),
                Code::InvalidArgument,
                "MESSAGE_MALFORMED",
            ),
            (Status::internal("password=hunter2"), Code::Internal, "INTERNAL"),
            (Status::not_found("x"), Code::NotFound, "UNEXPLAINED"),
            (Status::unavailable("x"), Code::Unavailable, "UNAVAILABLE"),
        ];
        for (status, code, expected) in cases {
            assert_eq!(reason(&status), (code, expected.to_owned()), "{status:?}");
        }
    }

    #[test]
    fn a_limit_is_told() {
        let status = explain(&Status::out_of_range(
            "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes",
        ));
        assert_eq!(status.get_error_details().error_info().unwrap().metadata["limit"], "4");
    }

    #[test]
    fn success_and_explained_statuses_stay() {
        let mut headers = HeaderMap::new();
        headers.insert(Status::GRPC_STATUS, "0".parse().unwrap());
        normalise(&mut headers);
        assert_eq!(headers.len(), 1);
        let (code, told) = reason(&Error::not_found("communities/1").into());
        assert_eq!((code, told.as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
    }
}
