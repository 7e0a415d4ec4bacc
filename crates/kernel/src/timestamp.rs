use std::fmt;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// An instant in microseconds since 1970-01-01T00:00:00Z, as precise as PostgreSQL keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(i64);

const MICROS: i64 = 1_000_000;
// years 1 to 9999, the range of google.protobuf.Timestamp
const LEAST: i64 = -62_135_596_800 * MICROS;
const GREATEST: i64 = 253_402_300_799 * MICROS + 999_999;

impl Timestamp {
    /// The first instant that can be told.
    pub const MIN: Self = Self(LEAST);
    /// The last instant that can be told.
    pub const MAX: Self = Self(GREATEST);

    /// The instant `micros` microseconds after 1970, cut to the years 1 to 9999.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < LEAST {
            Self(LEAST)
        } else if micros > GREATEST {
            Self(GREATEST)
        } else {
            Self(micros)
        }
    }

    /// The instant `seconds` seconds after 1970.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(MICROS))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS)
    }

    /// This instant and `seconds` more.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.0.saturating_add(seconds.saturating_mul(MICROS)))
    }

    /// This instant and `days` times 24 hours more.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Microseconds from `earlier` to this instant; negative if it is later.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The local date in a time zone, `YYYY-MM-DD`; UTC where the zone is unknown.
    #[must_use]
    pub fn date_in(self, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        jiff::Timestamp::from_microsecond(self.0)
            .map(|instant| instant.to_zoned(zone).date().to_string())
            .unwrap_or_default()
    }

    /// The local time of day in a time zone, `HH:MM:SS`; UTC where the zone is unknown.
    #[must_use]
    pub fn time_in(self, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        jiff::Timestamp::from_microsecond(self.seconds().saturating_mul(MICROS))
            .map(|instant| instant.to_zoned(zone).time().to_string())
            .unwrap_or_default()
    }

    /// The first instant of a local date `YYYY-MM-DD` in a time zone; `None` where there is no such date or zone.
    #[must_use]
    pub fn start_of(date: &str, zone: &str) -> Option<Self> {
        let date: jiff::civil::Date = date.parse().ok()?;
        let start = date.to_zoned(TimeZone::get(zone).ok()?).ok()?;
        Some(Self::from_micros(start.timestamp().as_microsecond()))
    }

    /// The wire form.
    #[must_use]
    pub fn to_proto(self) -> prost_types::Timestamp {
        let nanos = i32::try_from(self.0.rem_euclid(MICROS) * 1000).unwrap_or(0);
        prost_types::Timestamp {
            seconds: self.seconds(),
            nanos,
        }
    }

    /// From the wire; `None` outside the years 1 to 9999 or with malformed nanoseconds. Finer digits are cut off.
    #[must_use]
    pub fn from_proto(wire: &prost_types::Timestamp) -> Option<Self> {
        let nanos = i64::from(wire.nanos);
        if !(0..1_000_000_000).contains(&nanos) {
            return None;
        }
        let micros = wire.seconds.checked_mul(MICROS)?.checked_add(nanos / 1000)?;
        (LEAST..=GREATEST).contains(&micros).then_some(Self(micros))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = jiff::Error;

    /// From RFC 3339.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_micros(text.parse::<jiff::Timestamp>()?.as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_form_survives_the_round_trip_to_the_microsecond() {
        let instant = Timestamp::from_micros(-1_500_001);
        let wire = instant.to_proto();
        assert_eq!((wire.seconds, wire.nanos), (-2, 499_999_000));
        assert_eq!(Timestamp::from_proto(&wire), Some(instant));
    }

    #[test]
    fn instants_outside_the_calendar_are_refused() {
        assert_eq!(
            Timestamp::from_proto(&prost_types::Timestamp {
                seconds: i64::MAX,
                nanos: 0
            }),
            None
        );
        assert_eq!(
            Timestamp::from_proto(&prost_types::Timestamp { seconds: 0, nanos: -1 }),
            None
        );
    }

    #[test]
    fn dates_are_those_of_the_community() {
        let instant: Timestamp = "2026-03-31T16:30:00Z".parse().unwrap();
        assert_eq!(instant.date_in("Asia/Shanghai"), "2026-04-01");
        assert_eq!(instant.time_in("Asia/Shanghai"), "00:30:00");
        let midnight = Timestamp::start_of("2026-04-01", "Asia/Shanghai").unwrap();
        assert_eq!(midnight.to_string(), "2026-03-31T16:00:00Z");
        assert_eq!(Timestamp::start_of("2026-02-30", "Asia/Shanghai"), None);
        let within = Timestamp::from_micros(instant.micros() + 999_999);
        assert_eq!(within.time_in("Asia/Shanghai"), "00:30:00");
    }
}
