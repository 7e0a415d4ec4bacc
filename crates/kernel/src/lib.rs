//! What every crate of Yihe speaks: typed ids and resource names, the clock and its test double, and the domain error kinds
//! with their gRPC form.
//!
//! **Invariant**: no time is read and no id made but through [`Clock`] and [`Ids`]; clippy bans the global ones.

mod clock;
mod collections;
mod error;
mod fields;
mod ids;
mod locale;
mod name;
mod reason;
mod status;
mod timestamp;

pub use clock::{AdjustableClock, Clock, SharedClock, SystemClock};
pub use collections::{COLLECTIONS, Collection, collection_of};
pub use error::{Error, FieldViolation, Result};
pub use fields::Fields;
pub use ids::{
    ClientId, CommunityId, CompoundId, FileId, Ids, MalformedId, OrganizationId, OwnerId, RegionCode, UnitId, UserId,
};
pub use locale::{Locale, with_locale};
pub use name::{
    ClientPrincipalName, CommunityName, CompoundName, FileName, MalformedName, OrganizationName, OwnerName, RegionName,
    UnitName, UserName, community_of,
};
pub use reason::{Kind, REASONS, Reason, reasons};
pub use status::ERROR_DOMAIN;
pub use timestamp::Timestamp;

#[doc(hidden)]
pub use uuid as __uuid;
