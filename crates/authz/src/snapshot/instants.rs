use std::hint::black_box;

use yihe_kernel::Timestamp;

/// So many lie in the snapshot itself: terms begin and end with elections.
const NEAR: usize = 16;
/// No `Timestamp` reaches it.
const NEVER: i64 = i64::MAX;

/// Instants in order, in microseconds. Counting those that have passed reads two neighbouring pieces of memory whose place nothing
/// has to be read for.
#[derive(Debug)]
pub(super) struct Instants {
    first: [i64; NEAR],
    rest: Box<[i64]>,
}

impl Instants {
    /// Has what [`Instants::passed`] reads on its way.
    pub fn ask_for(&self) {
        black_box((self.first[0], self.first[NEAR - 1]));
    }

    /// How many have passed.
    pub fn passed(&self, now: Timestamp) -> usize {
        let now = now.micros();
        let near = self
            .first
            .iter()
            .fold(0, |passed, instant| passed + usize::from(has_come(*instant, now)));
        if near < NEAR {
            return near;
        }
        near + self.rest.partition_point(|instant| has_come(*instant, now))
    }

    pub fn get(&self, place: usize) -> Option<Timestamp> {
        let micros = match place.checked_sub(NEAR) {
            None => self.first.get(place),
            Some(place) => self.rest.get(place),
        };
        micros
            .filter(|micros| **micros != NEVER)
            .map(|micros| Timestamp::from_micros(*micros))
    }

    /// How many bytes of memory it takes beside itself.
    pub fn weight(&self) -> usize {
        size_of_val::<[i64]>(&self.rest)
    }
}

/// Of instants in order.
impl From<&[Timestamp]> for Instants {
    fn from(instants: &[Timestamp]) -> Self {
        let mut micros = instants.iter().map(|instant| instant.micros());
        Self {
            first: std::array::from_fn(|_| micros.next().unwrap_or(NEVER)),
            rest: micros.collect(),
        }
    }
}

fn has_come(instant: i64, now: i64) -> bool {
    mutate!(
        instant <= now,
        IntervalEndsLate => instant < now,
        IntervalBeginsEarly => instant <= now + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far_instants_are_counted_alike() {
        for count in [0, 1, NEAR - 1, NEAR, NEAR + 1, 3 * NEAR] {
            let all: Vec<_> = (0..)
                .map(|number| Timestamp::from_micros(10 * number))
                .take(count)
                .collect();
            let instants = Instants::from(&*all);
            for micros in -1..=10 * i64::try_from(count).unwrap() {
                let now = Timestamp::from_micros(micros);
                assert_eq!(
                    instants.passed(now),
                    all.iter().filter(|instant| **instant <= now).count()
                );
            }
            assert_eq!(instants.passed(Timestamp::MAX), count);
            let read: Vec<_> = (0..=count).map_while(|place| instants.get(place)).collect();
            assert_eq!(read, all);
        }
    }
}
