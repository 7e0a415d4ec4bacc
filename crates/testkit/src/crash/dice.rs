use std::env::var;

use anyhow::{Context, Result};

/// How many points are wanted, and the seed of the first of them; `cargo xtask kill` sets both.
const POINTS: &str = "YIHE_KILL_POINTS";
const SEED: &str = "YIHE_KILL_SEED";

/// Points at which one place is killed; the next ones begin with a new place and the next seed.
const OF_ONE_PLACE: u64 = 50;

/// Numbers that a seed decides.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// Of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }
}

/// The points that a run takes: the seed of each place, and how often it is killed.
///
/// # Errors
/// A variable is no number.
pub(super) fn points(of_ci: u64, seed_of_ci: u64) -> Result<Vec<(u64, u64)>> {
    let number = |name: &str, absent: u64| match var(name) {
        Ok(text) => text.parse().with_context(|| format!("{name} is `{text}`")),
        Err(_) => Ok(absent),
    };
    let (mut left, mut seed) = (number(POINTS, of_ci)?, number(SEED, seed_of_ci)?);
    let mut places = Vec::new();
    while left > 0 {
        let here = left.min(OF_ONE_PLACE);
        places.push((seed, here));
        left -= here;
        seed = seed.wrapping_add(1);
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_shared_out_among_places() {
        assert_eq!(points(120, 7).unwrap(), [(7, 50), (8, 50), (9, 20)]);
        assert_eq!(points(0, 7).unwrap(), []);
    }
}
