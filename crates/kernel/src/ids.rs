use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use uuid::{ContextV7, Uuid};

use crate::SharedClock;

/// A text is not an id of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct MalformedId {
    /// The text, cut to 64 characters.
    pub text: String,
    /// What was expected.
    pub expected: &'static str,
}

impl MalformedId {
    /// The refusal of `text`.
    #[must_use]
    pub fn new(text: &str, expected: &'static str) -> Self {
        Self {
            text: text.chars().take(64).collect(),
            expected,
        }
    }
}

/// Makes UUIDv7s that grow in the order they are made.
#[derive(Debug)]
pub struct Ids {
    clock: SharedClock,
    context: Mutex<ContextV7>,
}

impl Ids {
    /// Ids dated by `clock`.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            context: Mutex::new(ContextV7::new()),
        }
    }

    /// The next id, as the typed id wanted.
    #[must_use]
    pub fn next<T: From<Uuid>>(&self) -> T {
        let now = self.clock.now();
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        let nanos = u32::try_from(now.micros().rem_euclid(1_000_000) * 1000).unwrap_or(0);
        T::from(Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos)))
    }
}

/// Defines UUID ids: `ids! { /// docs MeetingId }`. Their text is lower case with hyphens, and nothing else is read.
#[macro_export]
macro_rules! ids {
    ($($(#[$docs:meta])* $name:ident)+) => {$(
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::__uuid::Uuid);

        impl $name {
            /// The UUID.
            #[must_use]
            pub const fn uuid(self) -> $crate::__uuid::Uuid {
                self.0
            }
        }

        impl From<$crate::__uuid::Uuid> for $name {
            fn from(uuid: $crate::__uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::MalformedId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let uuid = $crate::__uuid::Uuid::try_parse(text).ok();
                // one id has one text: upper case, braces and `urn:uuid:` are other texts
                uuid.filter(|uuid| uuid.as_hyphenated().encode_lower(&mut [0; 36]) == text)
                    .map(Self)
                    .ok_or_else(|| $crate::MalformedId::new(text, "a UUID in lower case with hyphens"))
            }
        }
    )+};
}

ids! {
    /// A person.
    UserId
    /// An organization, the same in every community.
    OrganizationId
    /// An organization's API client.
    ClientId
    /// A residential compound.
    CompoundId
    /// A unit (专有部分) of a compound.
    UnitId
    /// An owner in a compound's register.
    OwnerId
    /// A file.
    FileId
}

macro_rules! code {
    ($(#[$docs:meta])* $name:ident, $lengths:pat, $expected:literal) => {
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Box<str>);

        impl $name {
            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if matches!(text.len(), $lengths) && text.bytes().all(|b| b.is_ascii_digit()) {
                    Ok(Self(text.into()))
                } else {
                    Err(MalformedId::new(text, $expected))
                }
            }
        }
    };
}

code!(
    /// A community's permanent key: its 12-digit division code at activation.
    CommunityId,
    12,
    "a community's code of 12 digits"
);
code!(
    /// Code of an official division, 2, 4, 6, 9 or 12 digits.
    RegionCode,
    2 | 4 | 6 | 9 | 12,
    "a division's code of 2, 4, 6, 9 or 12 digits"
);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::SystemClock;

    #[test]
    fn ids_grow_in_the_order_they_are_made() {
        let ids = Ids::new(Arc::new(SystemClock));
        let made: Vec<UserId> = (0..1000).map(|_| ids.next()).collect();
        assert!(made.is_sorted());
    }

    #[test]
    fn one_id_has_one_text() {
        let text = "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f";
        assert_eq!(text.parse::<UserId>().unwrap().to_string(), text);
        for other in [
            text.to_uppercase(),
            format!("{{{text}}}"),
            text.replace('-', ""),
            format!("urn:uuid:{text}"),
            String::new(),
        ] {
            assert!(other.parse::<UserId>().is_err(), "{other}");
        }
    }

    #[test]
    fn codes_are_ascii_digits_of_the_right_length() {
        assert!("440309002021".parse::<CommunityId>().is_ok());
        for bad in ["44030900202", "4403090020210", "44030900202a", "44030900２021", "-", ""] {
            assert!(bad.parse::<CommunityId>().is_err(), "{bad}");
        }
        assert!("44030".parse::<RegionCode>().is_err());
    }
}
