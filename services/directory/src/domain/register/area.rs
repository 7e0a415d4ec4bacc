/// Largest area of a unit, in 0.01 m².
const MOST: i64 = 100_000_000;

/// Why a text is no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoArea {
    /// It is zero or less.
    NotPositive,
    /// It has more than two decimals.
    TooFine,
    /// It is more than a million square metres.
    TooLarge,
    /// It is no decimal number.
    NotANumber,
}

/// Reads square metres written as a decimal into hundredths, exactly.
pub fn read(text: &str) -> Result<i64, NoArea> {
    let (negative, text) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err(NoArea::NotANumber);
    }
    if part.len() > 2 {
        return Err(NoArea::TooFine);
    }
    let hundredths = format!("{whole}{part:0<2}");
    let area = hundredths.parse::<i64>().map_err(|_| NoArea::TooLarge)?;
    if negative || area == 0 {
        return Err(NoArea::NotPositive);
    }
    if area > MOST {
        return Err(NoArea::TooLarge);
    }
    Ok(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, area) in [
            ("89.13", 8913),
            ("89.1", 8910),
            ("89", 8900),
            ("0.07", 7),
            ("1000000", MOST),
        ] {
            assert_eq!(read(text), Ok(area), "{text}");
        }
        for text in ["0", "0.00", "-89.13", "−3"] {
            assert_eq!(read(text), Err(NoArea::NotPositive), "{text}");
        }
        for text in [
            "", ".", "1.", ".5", "1e3", "89,13", "89.13㎡", "８９", "+1", "--1", "NaN",
        ] {
            assert_eq!(read(text), Err(NoArea::NotANumber), "{text}");
        }
        assert_eq!(read("89.130"), Err(NoArea::TooFine));
        assert_eq!(read("1000000.01"), Err(NoArea::TooLarge));
        assert_eq!(read(&"9".repeat(40)), Err(NoArea::TooLarge));
    }
}
