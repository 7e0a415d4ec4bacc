//! From columns to domain types and back.

use uuid::Uuid;
use yihe_kernel::{CommunityId, CompoundId, Error, Timestamp};
use yihe_store::{Failure, Page};

use crate::domain::{Member, OrganizationKind};

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
    read(
        OrganizationKind::from_str_name(&format!("{KIND_PREFIX}{text}")),
        "kind",
        text,
    )
}

pub fn member(kind: &str, id: Uuid, compound: Option<Uuid>) -> Result<Member, Failure> {
    read(Member::from_columns(kind, id, compound), "member_kind", kind)
}

pub fn member_kind(member: Member) -> String {
    member.kind().to_owned()
}

pub fn member_compound(member: Member) -> Option<Uuid> {
    member.compound().map(CompoundId::uuid)
}

pub fn instant(micros: Option<i64>) -> Option<Timestamp> {
    micros.map(Timestamp::from_micros)
}

pub fn micros(instant: Option<Timestamp>) -> Option<i64> {
    instant.map(Timestamp::micros)
}

/// What is kept as JSON.
pub fn json<T: serde::Serialize>(value: Option<&T>) -> Result<Option<String>, Failure> {
    let text = value.map(serde_json::to_string).transpose();
    Ok(text.map_err(Error::internal)?)
}

pub fn from_json<T: serde::de::DeserializeOwned>(
    text: Option<&str>,
    column: &'static str,
) -> Result<Option<T>, Failure> {
    text.map(|text| serde_json::from_str(text).map_err(|_| broken(column, text)))
        .transpose()
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
