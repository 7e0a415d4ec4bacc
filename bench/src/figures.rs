//! Medians and how they are told. The only place of the project with floats: they are figures for people, not data.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

/// Tells a benchmark's progress, unless only its JSON is wanted.
pub struct Report {
    aloud: bool,
}

impl Report {
    pub fn new(aloud: bool) -> Self {
        Self { aloud }
    }

    pub fn line(&self, text: &str) {
        if self.aloud {
            println!("{text}");
        }
    }
}

/// The middle one, of an odd number of values, or the lower of the two.
pub fn median<T: Copy + Ord>(values: &[T]) -> Result<T> {
    percentile(values, 50)
}

/// The value that `percent` of the values do not exceed.
pub fn percentile<T: Copy + Ord>(values: &[T], percent: usize) -> Result<T> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().context("nothing was measured")
}

/// The middle rate.
pub fn median_rate(values: &[f64]) -> Result<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .context("nothing was measured")
}

/// The lowest of several figures.
pub fn lower(values: &[f64]) -> Result<f64> {
    values
        .iter()
        .copied()
        .min_by(f64::total_cmp)
        .context("nothing was measured")
}

/// The highest of several figures.
pub fn higher(values: &[f64]) -> Result<f64> {
    values
        .iter()
        .copied()
        .max_by(f64::total_cmp)
        .context("nothing was measured")
}

/// Events a second.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a figure for people"
)]
pub fn rate(count: usize, elapsed: Duration) -> f64 {
    round(count as f64 / elapsed.as_secs_f64())
}

/// One duration over another.
#[expect(clippy::float_arithmetic, reason = "a figure for people")]
pub fn ratio(a: Duration, b: Duration) -> f64 {
    round(a.as_secs_f64() / b.as_secs_f64())
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
pub fn quotient(a: f64, b: f64) -> f64 {
    round(a / b)
}

/// In milliseconds.
#[expect(clippy::float_arithmetic, reason = "a figure for people")]
pub fn millis(duration: Duration) -> f64 {
    round(duration.as_secs_f64() * 1000.0)
}

#[expect(clippy::float_arithmetic, reason = "a figure for people")]
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The release node that `cargo xtask bench` built.
pub fn node_binary() -> Result<PathBuf> {
    let binary = std::env::var_os("YIHE_BIN").context("YIHE_BIN is not set: run `cargo xtask bench`")?;
    Ok(PathBuf::from(binary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_percentiles_are_values_that_were_measured() {
        assert_eq!(median(&[3, 1, 2]).unwrap(), 2);
        assert_eq!(median(&[4, 1, 3, 2]).unwrap(), 2);
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(
            (percentile(&hundred, 50).unwrap(), percentile(&hundred, 99).unwrap()),
            (50, 99)
        );
        assert_eq!(percentile(&[7], 99).unwrap(), 7);
        assert!(percentile::<u32>(&[], 50).is_err());
        let figures = [2.5, 0.5, 1.5];
        assert_eq!(
            [median_rate(&figures), lower(&figures), higher(&figures)].map(|figure| format!("{}", figure.unwrap())),
            ["1.5", "0.5", "2.5"]
        );
        assert!(median_rate(&[]).is_err() && lower(&[]).is_err() && higher(&[]).is_err());
    }

    #[test]
    fn rates_and_ratios_have_three_places() {
        let figures = [
            rate(1000, Duration::from_millis(3000)),
            ratio(Duration::from_micros(1_300), Duration::from_millis(1)),
            quotient(1.0, 3.0),
            millis(Duration::from_micros(49_999)),
        ];
        assert_eq!(
            figures.map(|figure| figure.to_string()),
            ["333.333", "1.3", "0.333", "49.999"]
        );
    }
}
