use yihe_kernel::{Error, OrganizationId, Result, Timestamp, reasons as common};

use super::code::codes;
use super::{Booker, BookerId, Interval, OpeningHours, Organization, OrganizationKind, Quota};
use crate::names::{self, BookableName};
use crate::reasons;

codes! {
    /// What kind of thing can be booked.
    BookableKind {
        /// A hall, room or pitch.
        Place = "PLACE",
        /// Equipment.
        Equipment = "EQUIPMENT",
        /// Somebody's time.
        Person = "PERSON",
    }
}

/// The longest that anything is booked for: 31 days.
pub const LONGEST_MINUTES: i64 = 31 * 24 * 60;

/// A time in which something cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blackout {
    /// When.
    pub interval: Interval,
    /// Why; may be empty.
    pub reason: String,
}

/// By which rules something is booked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingRules {
    /// When it is open; none means always.
    pub opening_hours: Vec<OpeningHours>,
    /// When it is closed all the same.
    pub blackouts: Vec<Blackout>,
    /// Minutes from the act of booking to the start, at least.
    pub minimum_notice: i64,
    /// Minutes a booking lasts at most; 0 means [`LONGEST_MINUTES`].
    pub longest: i64,
    /// Minutes kept free before.
    pub buffer_before: i64,
    /// Minutes kept free after.
    pub buffer_after: i64,
    /// Whether the owner approves.
    pub approval_required: bool,
    /// How much one organization may book.
    pub quota: Option<Quota>,
    /// Kinds that may book.
    pub booker_kinds: Vec<OrganizationKind>,
    /// Organizations that may book besides.
    pub bookers: Vec<OrganizationId>,
    /// By what residents who book for themselves are bound; nothing where organizations alone book.
    pub residents: Option<ResidentRules>,
}

/// What residents who book for themselves are bound by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResidentRules {
    /// How much each may book; nothing means as much as is free.
    pub quota: Option<Quota>,
}

impl BookingRules {
    /// Minutes a booking lasts at most.
    #[must_use]
    pub fn longest_minutes(&self) -> i64 {
        if self.longest == 0 {
            LONGEST_MINUTES
        } else {
            self.longest
        }
    }

    fn admit(&self, booker: OrganizationId, kind: OrganizationKind) -> bool {
        let everybody = self.booker_kinds.is_empty() && self.bookers.is_empty();
        everybody || self.booker_kinds.contains(&kind) || self.bookers.contains(&booker)
    }
}

/// Something that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookable {
    /// Its name.
    pub name: BookableName,
    /// What it is.
    pub kind: BookableKind,
    /// Who owns it, as it was called when it was registered.
    pub owner: Organization,
    /// What it is called.
    pub title: String,
    /// More about it.
    pub description: String,
    /// Where it is.
    pub place: String,
    /// Units that can be taken at one instant.
    pub capacity: i64,
    /// By which rules it is booked.
    pub rules: BookingRules,
    /// Number in the owner's system; may be empty.
    pub external_ref: String,
    /// The longest that one booking ever took, in microseconds; since it was read it may have grown.
    pub longest_span: i64,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was taken out of use.
    pub ended_at: Option<Timestamp>,
    /// Counts changes.
    pub version: i64,
}

impl Bookable {
    /// What a booking takes, buffers included.
    #[must_use]
    pub fn occupied_by(&self, interval: Interval) -> Interval {
        interval.widened(self.rules.buffer_before, self.rules.buffer_after)
    }

    /// Refuses what is out of use.
    ///
    /// # Errors
    /// `BOOKABLE_ENDED`.
    pub fn expect_in_use(&self) -> Result<()> {
        if self.ended_at.is_none() {
            return Ok(());
        }
        Err(Error::new(&reasons::BOOKABLE_ENDED).with("name", &self.name))
    }

    /// Whether it belongs to who books.
    #[must_use]
    pub fn is_owned_by(&self, booker: BookerId) -> bool {
        booker == BookerId::Organization(self.owner.id)
    }

    /// Refuses an organization for which it is not open, and residents where organizations alone book. Its owner always may book.
    ///
    /// # Errors
    /// `BOOKER_NOT_ALLOWED`, `ORGANIZATION_REQUIRED`.
    pub fn expect_booker(&self, booker: &Booker) -> Result<()> {
        match booker.id {
            BookerId::Person(_) if self.rules.residents.is_some() => Ok(()),
            BookerId::Person(_) => Err(Error::new(&reasons::ORGANIZATION_REQUIRED)),
            BookerId::Organization(id) if id == self.owner.id || self.rules.admit(id, booker.kind) => Ok(()),
            BookerId::Organization(id) => Err(Error::new(&reasons::BOOKER_NOT_ALLOWED)
                .with("organization", names::organization(id))
                .with("name", &self.name)),
        }
    }

    /// Refuses a change made to an older version.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`.
    pub fn expect_etag(&self, etag: &str) -> Result<()> {
        if etag.is_empty() || etag == self.version.to_string() {
            return Ok(());
        }
        Err(Error::new(&common::ETAG_MISMATCH).with("name", &self.name))
    }

    /// The quota that binds who books; the owner is bound by none.
    #[must_use]
    pub fn quota_of(&self, booker: BookerId) -> Option<Quota> {
        match booker {
            BookerId::Person(_) => self.rules.residents.and_then(|residents| residents.quota),
            BookerId::Organization(_) => self.rules.quota.filter(|_| !self.is_owned_by(booker)),
        }
    }

    /// Takes it out of use.
    ///
    /// # Errors
    /// `BOOKABLE_ENDED`, `BOOKABLE_IN_USE`.
    pub fn end(mut self, booked_until: Option<Timestamp>, now: Timestamp) -> Result<Self> {
        self.expect_in_use()?;
        if let Some(until) = booked_until {
            return Err(Error::new(&reasons::BOOKABLE_IN_USE)
                .with("name", &self.name)
                .with("until", until));
        }
        self.ended_at = Some(now);
        Ok(self)
    }

    /// Takes it out of use because its owner left; nothing where it is already, or was registered since.
    #[must_use]
    pub fn owner_left(mut self, left_at: Timestamp, now: Timestamp) -> Option<Self> {
        if self.ended_at.is_some() || self.created_at > left_at {
            return None;
        }
        self.ended_at = Some(now);
        Some(self)
    }
}
