//! Working days: the years that are shipped, and over them those that the operator imported into the directory.

use std::sync::{PoisonError, RwLock};

use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::directory::v1::GetCalendarsRequest;
use yihe_proto::directory::v1::calendar_service_client::CalendarServiceClient;
use yihe_server::{ServiceLink, remote_error};
use yihe_tally::Calendar;
use yihe_tally::calendar::CalendarYear;

/// What the directory told is good for so long.
const GOOD_FOR_SECONDS: i64 = 60;

/// The calendars as they were last told.
pub struct Calendars {
    client: CalendarServiceClient<ServiceLink>,
    shipped: Calendar,
    known: RwLock<Option<(Timestamp, Calendar)>>,
}

impl Calendars {
    /// Those shipped, and the directory's over a link of this service to it.
    ///
    /// # Errors
    /// `INTERNAL` where a shipped calendar cannot be read.
    pub fn new(link: ServiceLink) -> Result<Self> {
        Ok(Self {
            client: CalendarServiceClient::new(link),
            shipped: Calendar::shipped().map_err(Error::internal)?,
            known: RwLock::default(),
        })
    }

    /// The years that are shipped, for periods of calendar days, which need none.
    pub fn shipped(&self) -> &Calendar {
        &self.shipped
    }

    /// The calendar now, an imported year in place of the shipped one. Asks the directory where it was not asked lately, so it is
    /// called before a transaction.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the directory does not answer; `INTERNAL` where it tells what is no calendar.
    pub async fn at(&self, now: Timestamp) -> Result<Calendar> {
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let answer = self.client.clone().get_calendars(GetCalendarsRequest::default()).await;
        let answer = answer.map_err(|status| remote_error(&status, &[]))?;
        let mut calendar = self.shipped.clone();
        for imported in answer.into_inner().calendars {
            let year = CalendarYear::parse(&imported.content).map_err(Error::internal)?;
            calendar = calendar.with(year);
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((now, calendar.clone()));
        Ok(calendar)
    }

    fn known(&self, now: Timestamp) -> Option<Calendar> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (told_at, calendar) = known.as_ref()?;
        // a clock that was set back makes nothing newer
        let fresh = (*told_at..told_at.plus_seconds(GOOD_FOR_SECONDS)).contains(&now);
        fresh.then(|| calendar.clone())
    }
}

#[cfg(test)]
mod tests;
