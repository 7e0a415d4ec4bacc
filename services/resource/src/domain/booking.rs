use yihe_kernel::{Error, OrganizationId, Result, Timestamp};

use super::code::codes;
use super::{Bookable, Booker, Interval, Wanted};
use crate::names::{BookableId, BookableName, BookingName, ProjectId, SeriesId};
use crate::reasons;

codes! {
    /// Where a booking stands.
    BookingState {
        /// Held for some minutes; takes capacity.
        Held = "HELD",
        /// Waits for approval; takes none.
        PendingApproval = "PENDING_APPROVAL",
        /// Booked.
        Confirmed = "CONFIRMED",
        /// They came.
        CheckedIn = "CHECKED_IN",
        /// Over.
        Completed = "COMPLETED",
        /// Cancelled or declined.
        Cancelled = "CANCELLED",
        /// Its time came before it was booked.
        Expired = "EXPIRED",
        /// Nobody came.
        NoShow = "NO_SHOW",
        /// Waits for capacity; takes none.
        Waiting = "WAITING",
    }
}

impl BookingState {
    /// Whether it ends by itself at an instant.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Held | Self::PendingApproval | Self::Waiting)
    }

    /// Whether it counts against a quota.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        matches!(
            self,
            Self::Held | Self::Confirmed | Self::CheckedIn | Self::Completed | Self::NoShow
        )
    }
}

/// A booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Its name.
    pub name: BookingName,
    /// What is booked.
    pub bookable: BookableId,
    /// Who owns that.
    pub owner: OrganizationId,
    /// Who booked, as it was called then.
    pub booker: Booker,
    /// When.
    pub interval: Interval,
    /// Units.
    pub quantity: i64,
    /// What for.
    pub purpose: String,
    /// The project it serves.
    pub project: Option<ProjectId>,
    /// State.
    pub state: BookingState,
    /// When it ends by itself; for what is passing.
    pub expires_at: Option<Timestamp>,
    /// What it takes, buffers included; nothing where it takes no capacity.
    pub occupies: Option<Interval>,
    /// Whether there was room for one only when it took its place.
    pub alone: bool,
    /// Number in the booker's system; may be empty.
    pub external_ref: String,
    /// The series it belongs to.
    pub series: Option<SeriesId>,
    /// Why it was declined or cancelled.
    pub note: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

/// How a booking begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Held for so many minutes.
    Held(i64),
    /// At once, or after approval where that is required.
    AtOnce,
    /// In the waiting list.
    Waiting,
}

impl Booking {
    /// What was asked for.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        Wanted {
            interval: self.interval,
            quantity: self.quantity,
        }
    }

    /// The name of what is booked.
    #[must_use]
    pub fn bookable_name(&self) -> BookableName {
        self.name.bookable(self.bookable)
    }

    /// Puts it in its first state.
    #[must_use]
    pub fn begin(mut self, bookable: &Bookable, how: Begin, now: Timestamp) -> Self {
        match how {
            Begin::Held(minutes) => {
                let until = now.plus_seconds(minutes.saturating_mul(60));
                self.state = BookingState::Held;
                self.expires_at = Some(until.min(self.interval.from()));
                self.occupy(bookable);
            }
            Begin::Waiting => {
                self.state = BookingState::Waiting;
                self.expires_at = Some(self.interval.from());
                self.occupies = None;
            }
            Begin::AtOnce => self.book(bookable),
        }
        self
    }

    /// Booked, or waiting for approval where that is required of the booker.
    fn book(&mut self, bookable: &Bookable) {
        if bookable.rules.approval_required && !bookable.is_owned_by(self.booker.id) {
            self.state = BookingState::PendingApproval;
            self.expires_at = Some(self.interval.from());
            self.occupies = None;
        } else {
            self.take(bookable);
        }
    }

    fn take(&mut self, bookable: &Bookable) {
        self.state = BookingState::Confirmed;
        self.expires_at = None;
        self.occupy(bookable);
    }

    /// What has its place keeps it as it was judged, whatever became of the rules since.
    fn occupy(&mut self, bookable: &Bookable) {
        if self.occupies.is_none() {
            self.occupies = Some(bookable.occupied_by(self.interval));
            self.alone = bookable.capacity == 1;
        }
    }

    /// Whether its time came before it was booked.
    #[must_use]
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.state.is_passing() && self.expires_at.is_some_and(|at| at <= now)
    }

    /// As it stands at an instant, whether or not it was swept.
    #[must_use]
    pub fn standing_at(self, now: Timestamp) -> Self {
        if self.has_lapsed(now) { self.expire() } else { self }
    }

    /// Its time came before it was booked.
    #[must_use]
    pub fn expire(self) -> Self {
        self.over(BookingState::Expired)
    }

    fn over(mut self, state: BookingState) -> Self {
        self.state = state;
        self.expires_at = None;
        self.occupies = None;
        self
    }

    fn expect(&self, states: &[BookingState], now: Timestamp) -> Result<()> {
        if self.has_lapsed(now) {
            let until = self.expires_at.unwrap_or(now);
            return Err(match self.state {
                BookingState::Held => Error::new(&reasons::BOOKING_HOLD_EXPIRED)
                    .with("name", &self.name)
                    .with("until", until),
                _ => self.wrong_state(BookingState::Expired),
            });
        }
        if states.contains(&self.state) {
            return Ok(());
        }
        Err(self.wrong_state(self.state))
    }

    fn wrong_state(&self, state: BookingState) -> Error {
        Error::new(&reasons::BOOKING_STATE)
            .with("name", &self.name)
            .with("state", state.code())
    }

    /// Confirms what was held.
    ///
    /// # Errors
    /// `BOOKING_STATE`, `BOOKING_HOLD_EXPIRED`.
    pub fn confirm(mut self, bookable: &Bookable, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::Held], now)?;
        self.book(bookable);
        Ok(self)
    }

    /// Approves; whether there is room is the caller's to check in the same transaction.
    ///
    /// # Errors
    /// `BOOKING_STATE`.
    pub fn approve(mut self, bookable: &Bookable, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::PendingApproval], now)?;
        self.take(bookable);
        Ok(self)
    }

    /// Leaves the waiting list for what came free.
    ///
    /// # Errors
    /// `BOOKING_STATE`.
    pub fn promote(mut self, bookable: &Bookable, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::Waiting], now)?;
        self.book(bookable);
        Ok(self)
    }

    /// Declines.
    ///
    /// # Errors
    /// `BOOKING_STATE`.
    pub fn decline(mut self, reason: String, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::PendingApproval], now)?;
        self.note = reason;
        Ok(self.over(BookingState::Cancelled))
    }

    /// Cancels what nobody has come for.
    ///
    /// # Errors
    /// `BOOKING_STATE`, `BOOKING_HOLD_EXPIRED`.
    pub fn cancel(mut self, reason: String, now: Timestamp) -> Result<Self> {
        use BookingState::{Confirmed, Held, PendingApproval, Waiting};
        self.expect(&[Held, PendingApproval, Confirmed, Waiting], now)?;
        self.note = reason;
        Ok(self.over(BookingState::Cancelled))
    }

    /// Cancels what was to begin after who booked it, or whose it is, left; nothing for what had begun or is over.
    #[must_use]
    pub fn party_left(mut self, reason: &str, left_at: Timestamp, now: Timestamp) -> Option<Self> {
        let is_to_come = self.state.is_passing() && !self.has_lapsed(now)
            || self.state == BookingState::Confirmed && self.interval.from() > left_at;
        if !is_to_come {
            return None;
        }
        reason.clone_into(&mut self.note);
        Some(self.over(BookingState::Cancelled))
    }

    /// They came.
    ///
    /// # Errors
    /// `BOOKING_STATE`, `CHECK_IN_CLOSED`.
    pub fn check_in(mut self, bookable: &Bookable, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::Confirmed], now)?;
        let open = self.interval.widened(bookable.rules.buffer_before, 0);
        if now < open.from() || now >= open.until() {
            return Err(Error::new(&reasons::CHECK_IN_CLOSED)
                .with("name", &self.name)
                .with("from", open.from())
                .with("until", open.until()));
        }
        self.state = BookingState::CheckedIn;
        Ok(self)
    }

    /// They left: what is left of the time, after the buffer, is free.
    ///
    /// # Errors
    /// `BOOKING_STATE`.
    pub fn complete(self, bookable: &Bookable, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::CheckedIn], now)?;
        let kept = now.plus_seconds(bookable.rules.buffer_after.saturating_mul(60));
        let occupies = self.occupies.and_then(|interval| interval.cut_at(kept));
        let mut done = self.over(BookingState::Completed);
        done.occupies = occupies;
        Ok(done)
    }

    /// Nobody came.
    ///
    /// # Errors
    /// `BOOKING_STATE`, `NO_SHOW_TOO_EARLY`.
    pub fn no_show(self, now: Timestamp) -> Result<Self> {
        self.expect(&[BookingState::Confirmed], now)?;
        if now < self.interval.from() {
            return Err(Error::new(&reasons::NO_SHOW_TOO_EARLY)
                .with("name", &self.name)
                .with("from", self.interval.from()));
        }
        Ok(self.over(BookingState::NoShow))
    }
}
