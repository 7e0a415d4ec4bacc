//! What is shared and how: types and transitions. No clock, no database, no wire.

mod bookable;
mod booker;
mod booking;
mod calendar;
mod capacity;
pub mod category;
mod claim;
mod code;
mod entry;
mod fit;
mod interval;
mod listing;
mod local;
mod matching;
mod opening;
mod organization;
mod project;
mod quota;
mod recurrence;

pub use bookable::{Blackout, Bookable, BookableKind, BookingRules, LONGEST_MINUTES, ResidentRules};
pub use booker::{Booker, BookerId};
pub use booking::{Begin, Booking, BookingState};
pub use calendar::{Entry, render};
pub use capacity::{Span, Taken, peak, profile};
pub use category::Category;
pub use claim::{Claim, ClaimState, Counted};
pub use entry::{EntryKind, LedgerUnit, ProjectEntry};
pub use fit::{HORIZON_DAYS, Occasion, Unfit, Wanted, next_start};
pub use interval::Interval;
pub use listing::{List, Listing, ListingName, QuantityUnit, Urgency};
pub use local::clock_of;
pub use matching::{Aspect, Match, MatchReason, rank, reasons};
pub use opening::OpeningHours;
pub use organization::Organization;
pub use project::Project;
pub use quota::{Quota, QuotaPeriod};
pub use recurrence::{MOST_DATES, Recurrence};
pub use yihe_proto::directory::v1::OrganizationKind;

/// The time zone of all communities so far.
pub const TIME_ZONE: &str = "Asia/Shanghai";
