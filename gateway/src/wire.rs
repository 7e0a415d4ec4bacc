//! Finds one string field in an encoded protobuf message without decoding it.
//!
//! The whole of each message on the path is walked: decoders take the last of two occurrences, so stopping at the first would
//! let a caller show the gateway one community and the service another. Two occurrences are refused.

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be decoded; says why.
    Malformed(&'static str),
    /// A field on the path occurs twice.
    Duplicate,
}

/// The text of the string field that `path` (field numbers, outermost first) leads to; empty where it is absent, as in proto3.
///
/// # Errors
/// A message on the path is malformed, or holds a field of the path twice.
pub fn find<'a>(message: &'a [u8], path: &[u32]) -> Result<&'a str, Fault> {
    let mut here = message;
    for number in path {
        match only(here, *number)? {
            Some(value) => here = value,
            None => return Ok(""),
        }
    }
    std::str::from_utf8(here).map_err(|_| Fault::Malformed("a text is not UTF-8"))
}

fn only(message: &[u8], number: u32) -> Result<Option<&[u8]>, Fault> {
    let mut reader = Reader { rest: message };
    let mut found = None;
    while !reader.rest.is_empty() {
        let (tag, value) = reader.field()?;
        if tag != number {
            continue;
        }
        let Some(value) = value else {
            return Err(Fault::Malformed("a field has another type"));
        };
        if found.replace(value).is_some() {
            return Err(Fault::Duplicate);
        }
    }
    Ok(found)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next field's number, and its bytes where it is length-delimited.
    fn field(&mut self) -> Result<(u32, Option<&'a [u8]>), Fault> {
        let key = u32::try_from(self.varint()?).map_err(|_| Fault::Malformed("a field number is too large"))?;
        let number = key >> 3;
        if number == 0 {
            return Err(Fault::Malformed("a field has the number 0"));
        }
        let value = match key & 7 {
            0 => {
                self.varint()?;
                None
            }
            1 => {
                self.take(8)?;
                None
            }
            2 => {
                let length = self.varint()?;
                Some(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                None
            }
            3 | 4 => return Err(Fault::Malformed("it holds a group")),
            _ => return Err(Fault::Malformed("a field has an unknown wire type")),
        };
        Ok((number, value))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(Fault::Malformed("it is cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let mut value = 0_u64;
        for (index, byte) in self.rest.iter().enumerate().take(10) {
            // ten groups of seven bits are more than 64: of the tenth only one bit counts
            if index == 9 && *byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                self.rest = self.rest.get(index + 1..).unwrap_or_default();
                return Ok(value);
            }
        }
        Err(Fault::Malformed(if self.rest.len() < 10 {
            "it is cut short"
        } else {
            "a number is too long"
        }))
    }
}

#[cfg(test)]
mod tests;
