use std::str::FromStr;

use yihe_kernel::{Error, Fields, MalformedName, Result};

use super::Wire;
use crate::domain::MAX_AMOUNT;

/// The name in a field.
///
/// # Errors
/// `MALFORMED_NAME`.
pub fn name<N: FromStr<Err = MalformedName>>(field: &str, text: &str) -> Result<N> {
    text.parse().map_err(|refusal| Error::malformed_name(field, &refusal))
}

/// The value of an enum that must be set to one this version knows.
pub fn code<T: Wire>(fields: &mut Fields, field: &str, number: i32) -> Option<T> {
    let value = T::Proto::try_from(number).ok().and_then(T::from_wire);
    if value.is_none() {
        fields.refuse(field, "must be one of the values of the contract", "须为约定的取值之一");
    }
    value
}

/// An amount that one transfer may move.
pub fn amount(fields: &mut Fields, field: &str, amount: i64) -> i64 {
    if !(1..=MAX_AMOUNT).contains(&amount) {
        fields.refuse(
            field,
            "must be 1 to 1,000,000,000,000,000",
            "须为 1 至 1000000000000000",
        );
    }
    amount
}

/// What moves something is known again when it comes twice.
pub fn required_request_id(fields: &mut Fields, request_id: &str) {
    if request_id.is_empty() {
        fields.refuse("request_id", "is required", "必填");
    }
}
