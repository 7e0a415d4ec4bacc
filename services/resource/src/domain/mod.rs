//! What is shared and how: types and transitions. No clock, no database, no wire.

mod bookable;
mod booking;
mod calendar;
mod capacity;
mod code;
mod fit;
mod interval;
mod local;
mod opening;
mod organization;
mod quota;
mod recurrence;

pub use bookable::{Blackout, Bookable, BookableKind, BookingRules, LONGEST_MINUTES};
pub use booking::{Begin, Booking, BookingState};
pub use calendar::{Entry, render};
pub use capacity::{Span, Taken, peak, profile};
pub use fit::{HORIZON_DAYS, Occasion, Unfit, Wanted, next_start};
pub use interval::Interval;
pub use local::clock_of;
pub use opening::OpeningHours;
pub use organization::Organization;
pub use quota::{Quota, QuotaPeriod};
pub use recurrence::Recurrence;
pub use yihe_proto::directory::v1::OrganizationKind;

/// The time zone of all communities so far.
pub const TIME_ZONE: &str = "Asia/Shanghai";
