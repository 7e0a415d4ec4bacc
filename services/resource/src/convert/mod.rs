//! From the wire, with every bad field named, and to the wire.

pub mod bookable;
pub mod booking;
pub mod claim;
mod codes;
pub mod listing;
pub mod project;

use std::ops::RangeInclusive;
use std::str::FromStr;

pub use codes::Wire;
use yihe_kernel::{Error, Fields, MalformedName, Result, Timestamp};

use crate::domain::Interval;

/// Numbers in the systems of others.
pub const EXTERNAL_REF: RangeInclusive<usize> = 0..=100;

/// The name in a field.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn name<N: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<N> {
    text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))
}

/// A name that may be absent.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn optional_name<N: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<Option<N>> {
    if text.is_empty() {
        Ok(None)
    } else {
        name(field, text).map(Some)
    }
}

/// The value of an enum that must be set to one this version knows.
pub fn code<T: Wire>(fields: &mut Fields, field: &str, number: i32) -> Option<T> {
    let value = T::Proto::try_from(number).ok().and_then(T::from_wire);
    if value.is_none() {
        fields.refuse(field, "must be one of the values of the contract", "须为约定的取值之一");
    }
    value
}

/// The value of an enum that may be absent.
pub fn optional_code<T: Wire>(fields: &mut Fields, field: &str, number: i32) -> Option<T> {
    if number == 0 { None } else { code(fields, field, number) }
}

/// Why something is done: 1 to 1,000 characters.
///
/// # Errors
/// `INVALID_REQUEST`.
pub fn wording(field: &str, text: &str) -> Result<String> {
    let mut fields = Fields::new();
    let text = fields.lines(field, text, 1..=1000);
    fields.finish()?;
    Ok(text)
}

/// A number between bounds; refused with the bounds.
pub fn bounded(fields: &mut Fields, field: &str, number: i64, bounds: RangeInclusive<i64>) -> i64 {
    if !bounds.contains(&number) {
        let (least, most) = (bounds.start(), bounds.end());
        fields.refuse(
            field,
            format!("must be {least} to {most}, not {number}"),
            format!("须为 {least} 至 {most},而不是 {number}"),
        );
    }
    number
}

/// A span of time whose end comes after its start.
pub fn interval(
    fields: &mut Fields,
    prefix: &str,
    start: Option<&prost_types::Timestamp>,
    end: Option<&prost_types::Timestamp>,
) -> Option<Interval> {
    let from = required_instant(fields, &format!("{prefix}start_time"), start);
    let until = required_instant(fields, &format!("{prefix}end_time"), end);
    let (from, until) = (from?, until?);
    let interval = Interval::new(from, until);
    if interval.is_none() {
        let field = format!("{prefix}end_time");
        fields.refuse(
            &field,
            format!("must come after the start, {from}"),
            format!("须晚于开始时间 {from}"),
        );
    }
    interval
}

fn required_instant(fields: &mut Fields, field: &str, wire: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    if wire.is_none() {
        fields.refuse(field, "is required", "必填");
    }
    fields.instant(field, wire)
}

fn instant(instant: Option<Timestamp>) -> Option<prost_types::Timestamp> {
    instant.map(Timestamp::to_proto)
}
