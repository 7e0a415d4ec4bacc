use std::future::Future;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio::time::Instant;

/// Header with the time that the caller gives the call, from now.
pub const GRPC_TIMEOUT: &str = "grpc-timeout";

tokio::task_local! {
    static DEADLINE: Instant;
}

/// The deadline of the request being answered; `None` where it has none and outside of one.
#[must_use]
pub fn current_deadline() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}

/// Runs a future whose calls to other services end at `deadline`.
pub async fn with_deadline<F: Future>(deadline: Option<Instant>, future: F) -> F::Output {
    match deadline {
        Some(deadline) => DEADLINE.scope(deadline, future).await,
        None => future.await,
    }
}

/// A `grpc-timeout` header that is not one to eight digits and a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("grpc-timeout is not 1 to 8 digits followed by H, M, S, m, u or n")]
pub struct MalformedTimeout;

/// The caller's `grpc-timeout`, where it gave one.
///
/// # Errors
/// The header is there and malformed.
pub fn read_timeout(headers: &HeaderMap) -> Result<Option<Duration>, MalformedTimeout> {
    let Some(value) = headers.get(GRPC_TIMEOUT) else {
        return Ok(None);
    };
    let Some((unit, digits)) = value.as_bytes().split_last() else {
        return Err(MalformedTimeout);
    };
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(MalformedTimeout);
    }
    let amount = digits
        .iter()
        .fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let timeout = match unit {
        b'H' => Duration::from_secs(amount * 3600),
        b'M' => Duration::from_secs(amount * 60),
        b'S' => Duration::from_secs(amount),
        b'm' => Duration::from_millis(amount),
        b'u' => Duration::from_micros(amount),
        b'n' => Duration::from_nanos(amount),
        _ => return Err(MalformedTimeout),
    };
    Ok(Some(timeout))
}

/// Sets `grpc-timeout` to the time that remains until `deadline`, in the finest unit that eight digits can tell.
pub fn write_timeout(headers: &mut HeaderMap, deadline: Instant) {
    let remaining = deadline.saturating_duration_since(Instant::now());
    let units = [
        (remaining.as_micros(), 'u'),
        (remaining.as_millis(), 'm'),
        (u128::from(remaining.as_secs()), 'S'),
    ];
    let (amount, unit) = units
        .into_iter()
        .find(|(amount, _)| *amount < 100_000_000)
        .unwrap_or((99_999_999, 'S'));
    if let Ok(value) = HeaderValue::try_from(format!("{amount}{unit}")) {
        headers.insert(GRPC_TIMEOUT, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Duration>, MalformedTimeout> {
        let mut headers = HeaderMap::new();
        headers.insert(GRPC_TIMEOUT, text.parse().unwrap());
        read_timeout(&headers)
    }

    #[test]
    fn every_unit_is_read() {
        assert_eq!(read_timeout(&HeaderMap::new()), Ok(None));
        assert_eq!(read("2H"), Ok(Some(Duration::from_secs(7200))));
        assert_eq!(read("3M"), Ok(Some(Duration::from_secs(180))));
        assert_eq!(read("99999999S"), Ok(Some(Duration::from_secs(99_999_999))));
        assert_eq!(read("5m"), Ok(Some(Duration::from_millis(5))));
        assert_eq!(read("0u"), Ok(Some(Duration::ZERO)));
        assert_eq!(read("7n"), Ok(Some(Duration::from_nanos(7))));
    }

    #[test]
    fn anything_else_is_malformed() {
        for bad in [
            "",
            "S",
            "5",
            "123456789S",
            "5s",
            "-1S",
            "+1S",
            "1.5S",
            " 5S",
            "5S ",
            "5SS",
        ] {
            assert_eq!(read(bad), Err(MalformedTimeout), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read_back_and_never_longer() {
        for seconds in [0, 1, 99, 100, 86_400, 100_000_000, u64::from(u32::MAX)] {
            let mut headers = HeaderMap::new();
            write_timeout(&mut headers, Instant::now() + Duration::from_secs(seconds));
            let read = read_timeout(&headers).unwrap().unwrap();
            let expected = Duration::from_secs(seconds.min(99_999_999));
            assert!(
                read <= expected && expected - read < Duration::from_secs(2),
                "{seconds}: {read:?}"
            );
        }
    }
}
