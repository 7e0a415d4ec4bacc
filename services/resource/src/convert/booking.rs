use jiff::civil::Date;
use yihe_kernel::{Error, Fields, OrganizationName, Result, Timestamp, UserName};
use yihe_proto::resource::v1 as pb;

use super::bookable::MOST_UNITS;
use super::{EXTERNAL_REF, Wire, bounded, instant, interval, optional_code, optional_name};
use crate::domain::{BookerId, Booking, MOST_DATES, Recurrence, Wanted};
use crate::names::{self, BookableName, ProjectId, ProjectName};
use crate::store;
use yihe_retry::Retry;

/// Minutes that something is held for at most.
const MOST_HOLD: i64 = 1_440;

/// A booking to be made.
#[derive(Debug)]
pub struct NewBooking {
    /// When and how many.
    pub wanted: Wanted,
    /// What for.
    pub purpose: String,
    /// The project it serves.
    pub project: Option<ProjectId>,
    /// Number in the booker's system.
    pub external_ref: String,
    /// Minutes to hold it; 0 books at once.
    pub hold_minutes: i64,
    /// Whether to wait where it is full.
    pub wait_if_full: bool,
    /// How the request is known again.
    pub retry: Retry,
}

impl TryFrom<&pb::CreateBookingRequest> for NewBooking {
    type Error = Error;

    fn try_from(request: &pb::CreateBookingRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let hold_minutes = bounded(&mut fields, "hold_minutes", request.hold_minutes.into(), 0..=MOST_HOLD);
        let wire = request.booking.clone().unwrap_or_default();
        let new = body(&mut fields, &wire, retry).map(|new| Self {
            hold_minutes,
            wait_if_full: request.wait_if_full,
            ..new
        });
        fields.finish_with("booking", new)
    }
}

/// Bookings to be made by a rule.
#[derive(Debug)]
pub struct NewSeries {
    /// The first one.
    pub booking: NewBooking,
    /// The rule.
    pub recurrence: Recurrence,
    /// Dates of the rule on which there is none.
    pub excluded: Vec<Date>,
}

impl TryFrom<&pb::CreateBookingSeriesRequest> for NewSeries {
    type Error = Error;

    fn try_from(request: &pb::CreateBookingSeriesRequest) -> Result<Self> {
        let mut fields = Fields::new();
        let retry = Retry::of(&mut fields, &request.request_id, request);
        let wire = request.booking.clone().unwrap_or_default();
        if !wire.external_ref.is_empty() {
            fields.refuse(
                "booking.external_ref",
                "belongs to one booking, not to a series",
                "外部编号只属于单次预约",
            );
        }
        let rule = fields.line("recurrence", &request.recurrence, 1..=500);
        let booking = body(&mut fields, &wire, retry);
        if request.excluded_dates.len() > MOST_DATES {
            fields.refuse("excluded_dates", "must be 0 to 366", "须为 0 至 366 个");
        }
        let mut excluded = Vec::with_capacity(request.excluded_dates.len());
        for (index, text) in request.excluded_dates.iter().enumerate() {
            match text.parse::<Date>() {
                Ok(date) => excluded.push(date),
                Err(_) => {
                    let (en, zh) = ("must be a date such as 2026-05-01", "须为日期,如 2026-05-01");
                    fields.refuse(&format!("excluded_dates[{index}]"), en, zh);
                }
            }
        }
        let booking = fields.finish_with("booking", booking)?;
        Ok(Self {
            booking,
            excluded,
            recurrence: Recurrence::parse(&rule)?,
        })
    }
}

fn body(fields: &mut Fields, wire: &pb::Booking, retry: Retry) -> Option<NewBooking> {
    let interval = interval(fields, "booking.", wire.start_time.as_ref(), wire.end_time.as_ref());
    let quantity = bounded(fields, "booking.quantity", wire.quantity, 1..=MOST_UNITS);
    let purpose = fields.line("booking.purpose", &wire.purpose, 0..=200);
    let external_ref = fields.line("booking.external_ref", &wire.external_ref, EXTERNAL_REF);
    let project: Option<ProjectName> = fields.optional_name("booking.project", &wire.project);
    Some(NewBooking {
        wanted: Wanted {
            interval: interval?,
            quantity,
        },
        purpose,
        project: project.map(|name| name.project),
        external_ref,
        hold_minutes: 0,
        wait_if_full: false,
        retry,
    })
}

/// Which bookings a request wants.
///
/// # Errors
/// `MALFORMED_NAME`, `INVALID_REQUEST`.
pub fn wanted(request: &pb::ListBookingsRequest) -> Result<store::booking::Wanted> {
    let bookable: Option<BookableName> = optional_name("bookable", &request.bookable)?;
    let mut fields = Fields::new();
    let state = optional_code(&mut fields, "state", request.state);
    fields.finish()?;
    Ok(store::booking::Wanted {
        bookable: bookable.map(|name| name.bookable),
        booker: booker(&request.booker)?,
        state,
        project: None,
    })
}

fn booker(text: &str) -> Result<Option<BookerId>> {
    if let Ok(UserName { user }) = text.parse() {
        return Ok(Some(BookerId::Person(user)));
    }
    let name: Option<OrganizationName> = optional_name("booker", text)?;
    Ok(name.map(|name| BookerId::Organization(name.organization)))
}

/// A booking as it stands at an instant.
pub fn booking(booking: Booking, now: Timestamp) -> pb::Booking {
    let booking = booking.standing_at(now);
    let project = booking.project.map(|it| names::project(&booking.name.community, it));
    pb::Booking {
        name: booking.name.to_string(),
        bookable: booking.bookable_name().to_string(),
        booker: names::booker(booking.booker.id),
        booker_display_name: booking.booker.display_name,
        start_time: instant(Some(booking.interval.from())),
        end_time: instant(Some(booking.interval.until())),
        quantity: booking.quantity,
        purpose: booking.purpose,
        state: booking.state.number(),
        expire_time: instant(booking.expires_at),
        external_ref: booking.external_ref,
        series: booking.series.map(|series| series.to_string()).unwrap_or_default(),
        note: booking.note,
        create_time: instant(Some(booking.created_at)),
        etag: booking.version.to_string(),
        project: project.unwrap_or_default(),
    }
}
