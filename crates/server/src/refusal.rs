use http::Response;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use yihe_kernel::Error;

/// The wire form of `error` under a gRPC code that no [`yihe_kernel::Kind`] stands for, with the same details.
#[must_use]
pub fn status_with_code(code: Code, error: Error) -> Status {
    let status = Status::from(error);
    Status::with_error_details(code, status.message(), status.get_error_details())
}

/// A whole response that says only this status, told in the language of the request being answered.
#[must_use]
pub fn refuse(status: impl Into<Status>) -> Response<Body> {
    status.into().into_http()
}
