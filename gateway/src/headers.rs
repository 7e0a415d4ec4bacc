use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, FORWARDED, HOST, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use yihe_kernel::{Error, Result};

use crate::reasons as ours;

/// Of these a service learns nothing: they concern one connection, or are the caller's secrets.
static DROPPED: &[HeaderName] = &[
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    COOKIE,
    FORWARDED,
    HOST,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The value of a header that may be there once.
///
/// # Errors
/// `HEADER_INVALID` where it is there twice or is not text: two readers might take different ones.
pub fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>> {
    let invalid = |detail: &str| {
        Error::new(&ours::HEADER_INVALID)
            .with("header", name)
            .with("detail", detail)
    };
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(invalid("it is there twice"));
    }
    value.to_str().map(Some).map_err(|_| invalid("it is not text"))
}

/// Leaves what a service may see: everything but what concerns the connection, the caller's credentials, and every name that
/// is the node's own (`yihe-…`), so that nobody outside can speak as the gateway.
pub fn strip(headers: &mut HeaderMap) {
    let drop: Vec<HeaderName> = headers.keys().filter(|name| is_dropped(name)).cloned().collect();
    for name in drop {
        headers.remove(name);
    }
    headers.insert(TE, HeaderValue::from_static("trailers"));
}

fn is_dropped(name: &HeaderName) -> bool {
    const PREFIXES: [&str; 4] = ["yihe-", "grpc-", "x-forwarded-", "proxy-"];
    // which span services come after is the gateway's to say; the other two are text of the caller's
    const TRACE: [&str; 3] = ["traceparent", "tracestate", "baggage"];
    let text = name.as_str();
    PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        || text == "keep-alive"
        || TRACE.contains(&text)
        || DROPPED.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_service_may_see_is_left() {
        let mut headers = HeaderMap::new();
        for name in [
            "yihe-internal-token",
            "yihe-internal-x",
            "yihe-acting-as",
            "yihe-at-least-revision",
            "authorization",
            "cookie",
            "host",
            "connection",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "te",
            "grpc-timeout",
            "grpc-encoding",
            "grpc-accept-encoding",
            "x-forwarded-for",
            "content-length",
            "traceparent",
            "tracestate",
            "baggage",
            "accept-language",
            "content-type",
            "user-agent",
            "partner-trace-bin",
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("x"));
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("y"));
        }
        strip(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(
            left,
            [
                "accept-language",
                "content-type",
                "partner-trace-bin",
                "te",
                "user-agent"
            ]
        );
        assert_eq!(headers.get(TE).map(HeaderValue::as_bytes), Some(&b"trailers"[..]));
    }

    #[test]
    fn a_header_there_twice_is_refused() {
        let mut headers = HeaderMap::new();
        assert_eq!(single(&headers, "yihe-acting-as").unwrap(), None);
        headers.append("yihe-acting-as", HeaderValue::from_static("self"));
        assert_eq!(single(&headers, "yihe-acting-as").unwrap(), Some("self"));
        headers.append("yihe-acting-as", HeaderValue::from_static("self"));
        assert!(
            single(&headers, "yihe-acting-as")
                .unwrap_err()
                .is(&ours::HEADER_INVALID)
        );
    }
}
