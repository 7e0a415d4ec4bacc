use std::str::FromStr;

use yihe_kernel::{Error, Fields, MalformedName, Result};

use super::Wire;

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
