//! From columns to domain types and back.

use uuid::Uuid;
use yihe_kernel::{CommunityId, Error, OrganizationId, Timestamp};
use yihe_store::{Failure, Page};

use crate::domain::{Booker, Interval, Organization, OrganizationKind};

const KIND_PREFIX: &str = "ORGANIZATION_KIND_";

/// A column holds what no version of this service wrote.
pub fn broken(column: &'static str, text: &str) -> Failure {
    Error::internal(format!("column {column} holds `{text}`")).into()
}

pub fn read<T>(value: Option<T>, column: &'static str, text: &str) -> Result<T, Failure> {
    value.ok_or_else(|| broken(column, text))
}

pub fn community(text: &str) -> Result<CommunityId, Failure> {
    text.parse().map_err(|_| broken("community", text))
}

pub fn kind_code(kind: OrganizationKind) -> String {
    kind.as_str_name().trim_start_matches(KIND_PREFIX).to_owned()
}

pub fn kind(text: &str) -> Result<OrganizationKind, Failure> {
    let found = OrganizationKind::from_str_name(&format!("{KIND_PREFIX}{text}"));
    read(found, "rules", text)
}

/// Who booked, as it was called then.
pub fn booker(id: Uuid, by_person: i64, display_name: String) -> Booker {
    match by_person {
        0 => organization(id, display_name).into(),
        _ => Booker::person(id.into()),
    }
}

/// An organization as it was called when it acted.
pub fn organization(id: Uuid, display_name: String) -> Organization {
    Organization {
        id: OrganizationId::from(id),
        kind: OrganizationKind::Unspecified,
        display_name,
    }
}

pub fn interval(from: i64, until: i64) -> Result<Interval, Failure> {
    let found = Interval::new(Timestamp::from_micros(from), Timestamp::from_micros(until));
    read(found, "interval", "an end before its start")
}

pub fn instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

pub fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::micros)
}

/// The id that a page goes on after.
pub fn after_id(page: &Page) -> Result<Option<Uuid>, Failure> {
    let Some(after) = &page.after else { return Ok(None) };
    Uuid::try_parse(after)
        .map(Some)
        .map_err(|_| broken("page_token", after))
}

/// Rows to fetch: one more than the page holds tells whether there is another.
pub const fn fetch(page: &Page) -> u64 {
    page.limit + 1
}
