//! Pauses between attempts.

use yihe_kernel::Timestamp;

const SECOND: i64 = 1_000_000;
const FIRST: i64 = 5 * SECOND;
const LONGEST: i64 = 12 * 3600 * SECOND;

/// When to try again after so many failures in a row: each pause is four times the one before, up to twelve hours, and up to a fifth
/// longer by the seed, so that receivers that failed together are not asked together.
pub fn next_attempt(now: Timestamp, failures: i32, seed: u64) -> Timestamp {
    let power = u32::try_from(failures.saturating_sub(1)).unwrap_or_default().min(12);
    let pause = FIRST.saturating_mul(4_i64.saturating_pow(power)).min(LONGEST);
    let share = i64::try_from(seed % 1000).unwrap_or_default();
    Timestamp::from_micros(now.micros().saturating_add(pause + pause / 5 / 1000 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_twelve_hours_and_are_spread() {
        let now = Timestamp::from_seconds(1_772_413_200);
        let seconds = |failures, seed| (next_attempt(now, failures, seed).micros() - now.micros()) / SECOND;
        let pauses: Vec<i64> = (1..=9).map(|failures| seconds(failures, 0)).collect();
        assert_eq!(pauses, [5, 20, 80, 320, 1280, 5120, 20480, 43200, 43200]);
        assert_eq!(seconds(i32::MAX, 0), 43200);
        assert!((5..=6).contains(&seconds(1, 999)) && seconds(8, 999) > 51_000 && seconds(8, 999) <= 51_840);
    }
}
