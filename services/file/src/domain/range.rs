use yihe_kernel::{Error, Result};

use crate::reasons;

/// Bytes of a file: never none, never beyond its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub offset: i64,
    pub length: i64,
}

impl Range {
    /// `length` bytes from `offset` on, or all from there on where it is 0, of a file of `size`.
    ///
    /// # Errors
    /// `RANGE_INVALID`.
    pub fn within(size: i64, offset: i64, length: i64) -> Result<Self> {
        let left = size.checked_sub(offset).filter(|left| offset >= 0 && *left > 0);
        let length_sent = if length == 0 { left } else { Some(length) };
        match (left, length_sent) {
            (Some(left), Some(sent)) if (1..=left).contains(&sent) => Ok(Self { offset, length: sent }),
            _ => Err(Error::new(&reasons::RANGE_INVALID)
                .with("size", size)
                .with("offset", offset)
                .with("length", length)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_lies_within_the_file_or_is_refused() {
        for (offset, length, sent) in [(0, 0, 10), (9, 0, 1), (0, 10, 10), (3, 4, 4)] {
            assert_eq!(
                Range::within(10, offset, length).unwrap(),
                Range { offset, length: sent }
            );
        }
        for (offset, length) in [
            (10, 0),
            (0, 11),
            (9, 2),
            (-1, 0),
            (0, -1),
            (i64::MAX, 1),
            (i64::MIN, 1),
            (1, i64::MAX),
        ] {
            assert!(
                Range::within(10, offset, length)
                    .unwrap_err()
                    .is(&reasons::RANGE_INVALID),
                "{offset}+{length}"
            );
        }
    }
}
