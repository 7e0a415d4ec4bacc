use std::collections::BTreeMap;
use std::fmt;

use prost::Message;
use yihe_authz::Principal;
use yihe_kernel::Timestamp;
use yihe_proto::directory::v1 as pb;
use yihe_store::{Failure, NewEvent, Store, Tx};
use yihe_tally::{Calendar, CalendarYear, Date};

use crate::import::ImportError;
use crate::store::calendar;
use crate::store::events::Event;

/// What an import of a calendar did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarReport {
    /// The year.
    pub year: u16,
    /// Days of the file.
    pub days: usize,
    /// Days on which work or rest is other than what was known of the year.
    pub changed: usize,
    /// Whether the program or an earlier import knew the year.
    pub known: bool,
}

impl fmt::Display for CalendarReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} days, ", self.year, self.days)?;
        match self.changed {
            0 => write!(f, "nothing changed"),
            changed => write!(f, "{changed} of them new or changed"),
        }
    }
}

struct Wanted {
    year: CalendarYear,
    content: Vec<u8>,
    clock: yihe_kernel::SharedClock,
}

/// Imports the working days of a year in one transaction: they take the place of what was known of it.
///
/// # Errors
/// The file is refused, naming its line or keys; the store fails.
pub async fn import_calendar(store: &Store, content: Vec<u8>) -> Result<CalendarReport, ImportError> {
    let year = CalendarYear::parse(&content)?;
    let shipped = Calendar::shipped()?.year(year.year()).cloned();
    let clock = store.clock().clone();
    let wanted = (Wanted { year, content, clock }, shipped);
    let report = store
        .transaction("directory.import_calendar", wanted, |tx, (wanted, shipped)| {
            Box::pin(write(tx, wanted, shipped.as_ref()))
        })
        .await?;
    tracing::info!(
        year = report.year,
        days = report.days,
        changed = report.changed,
        "calendar imported"
    );
    Ok(report)
}

async fn write(tx: &Tx, wanted: &Wanted, shipped: Option<&CalendarYear>) -> Result<CalendarReport, Failure> {
    let number = i32::from(wanted.year.year());
    let imported = calendar::files(tx, &[number]).await?.pop();
    let imported = imported.and_then(|(_, content)| CalendarYear::parse(&content).ok());
    let before = imported.as_ref().or(shipped);
    let report = CalendarReport {
        year: wanted.year.year(),
        days: wanted.year.days().count(),
        changed: changed(before, &wanted.year),
        known: before.is_some(),
    };
    let now = wanted.clock.now();
    calendar::put(tx, number, &wanted.content, now).await?;
    tell(tx, report, now).await?;
    Ok(report)
}

/// Days that one of two calendars tells other than the other.
fn changed(before: Option<&CalendarYear>, year: &CalendarYear) -> usize {
    let days = |year: &CalendarYear| -> BTreeMap<Date, bool> { year.days().map(|day| (day.date, day.off)).collect() };
    let (before, now) = (before.map(days).unwrap_or_default(), days(year));
    let told_anew = now.iter().filter(|(date, off)| before.get(date) != Some(off)).count();
    told_anew + before.keys().filter(|date| !now.contains_key(date)).count()
}

async fn tell(tx: &Tx, report: CalendarReport, now: Timestamp) -> Result<(), Failure> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let event = pb::CalendarImported {
        year: i32::from(report.year),
        days: count(report.days),
        changed: count(report.changed),
    };
    let event = NewEvent {
        community: None,
        kind: pb::CalendarImported::KIND,
        stream: "calendars".to_owned(),
        subject: format!("calendars/{}", report.year),
        actor: Principal::Operator.to_string(),
        organization: None,
        payload: event.encode_to_vec(),
        at: now,
    };
    Ok(tx.append(event).await?)
}
