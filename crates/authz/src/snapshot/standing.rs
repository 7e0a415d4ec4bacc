use std::collections::HashMap;

use yihe_kernel::{ClientId, Error, Result, Timestamp, UserId};

use super::{Layering, Subject};
use crate::{Capacity, Principal, RoleName};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    User(UserId),
    Client(ClientId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Interval {
    from: Timestamp,
    /// Its first word.
    roles: u32,
}

#[derive(Debug, Clone, Copy)]
struct Timeline {
    first: u32,
    end: u32,
}

/// Each subject-in-capacity's roles as sets of bits, with the instants at which they change. Equal sets and equal courses of
/// time lie in memory once.
#[derive(Debug)]
pub(crate) struct Standings {
    timelines: HashMap<(Holder, Capacity), Timeline>,
    intervals: Box<[Interval]>,
    bits: Box<[u64]>,
    /// Words of one set.
    words: usize,
    operator: Box<[u64]>,
}

impl Standings {
    /// # Errors
    /// `INTERNAL` for more standings than there are places.
    pub fn build(subjects: &HashMap<Principal, Subject>, layers: &Layering) -> Result<Self> {
        let mut building = Building::default();
        let mut timelines = HashMap::with_capacity(subjects.len() * 2);
        for (principal, subject) in subjects {
            let Some(holder) = holder(principal) else { continue };
            for capacity in subject.capacities() {
                let course = building.course(subject.timeline(capacity), layers)?;
                let begins_empty = course.first().is_none_or(|interval| building.is_empty(interval.roles));
                if course.len() > 1 || !begins_empty {
                    timelines.insert((holder, capacity), building.place(course)?);
                }
            }
        }
        timelines.shrink_to_fit();
        let operator =
            mutate!(vec![RoleName::Operator], OperatorIsAppointed => vec![RoleName::Operator, RoleName::Appointed]);
        Ok(Self {
            timelines,
            intervals: building.intervals.into(),
            bits: building.bits.into(),
            words: layers.words,
            operator: layers.bits(&operator).into(),
        })
    }

    /// The bits of the roles that a principal holds in a capacity at an instant; `None` where it holds none at any.
    pub fn at(&self, principal: &Principal, capacity: Capacity, now: Timestamp) -> Option<&[u64]> {
        // an operator is nobody's organization's
        if *principal == Principal::Operator && mutate!(capacity == Capacity::Own, OperatorForAnybody => true) {
            return Some(&self.operator);
        }
        let course = self.course(principal, capacity)?;
        let next = course.partition_point(|interval| {
            mutate!(
                interval.from <= now,
                IntervalEndsLate => interval.from < now,
                IntervalBeginsEarly => interval.from.micros() <= now.micros() + 1,
            )
        });
        let interval = course.get(mutate!(next.checked_sub(1)?, IntervalBefore => next.saturating_sub(2)))?;
        let first = usize::try_from(interval.roles).ok()?;
        self.bits.get(first..first + self.words)
    }

    /// The first instant after `after` at which the roles change.
    pub fn next_change(&self, principal: &Principal, capacity: Capacity, after: Timestamp) -> Option<Timestamp> {
        let course = self.course(principal, capacity)?;
        let next = course.partition_point(|interval| interval.from <= after);
        course.get(next).map(|interval| interval.from)
    }

    /// How many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        // a table has room for a seventh more than it holds, and a byte of its own for each place
        let table = self.timelines.capacity() * 8 / 7 * (size_of::<((Holder, Capacity), Timeline)>() + 1);
        table + size_of_val::<[Interval]>(&self.intervals) + size_of_val::<[u64]>(&self.bits)
    }

    fn course(&self, principal: &Principal, capacity: Capacity) -> Option<&[Interval]> {
        let holder = holder(principal)?;
        let found = self.timelines.get(&(holder, capacity));
        let timeline = mutate!(
            found,
            ActsForAnybody => found.or_else(|| self.timelines.get(&(holder, Capacity::Own))),
        );
        let Timeline { first, end } = *timeline?;
        self.intervals
            .get(usize::try_from(first).ok()?..usize::try_from(end).ok()?)
    }
}

fn holder(principal: &Principal) -> Option<Holder> {
    match principal {
        Principal::User(user) => Some(Holder::User(*user)),
        Principal::Client(client) => Some(Holder::Client(*client)),
        Principal::Anonymous | Principal::Service(_) | Principal::Operator => None,
    }
}

/// What was built so far, and where equal things already lie.
#[derive(Default)]
struct Building {
    intervals: Vec<Interval>,
    bits: Vec<u64>,
    sets: HashMap<Vec<u64>, u32>,
    courses: HashMap<Vec<Interval>, Timeline>,
}

impl Building {
    /// A course of time with its roles as sets.
    fn course(&mut self, timeline: Vec<(Timestamp, Vec<RoleName>)>, layers: &Layering) -> Result<Vec<Interval>> {
        let mut course: Vec<Interval> = Vec::with_capacity(timeline.len());
        for (from, roles) in timeline {
            let roles = self.set(layers.bits(&roles))?;
            // where no rule names what has changed, nothing has
            if course.last().is_none_or(|before| before.roles != roles) {
                course.push(Interval { from, roles });
            }
        }
        Ok(course)
    }

    fn set(&mut self, bits: Vec<u64>) -> Result<u32> {
        if let Some(place) = self.sets.get(&bits) {
            return Ok(*place);
        }
        let place = u32::try_from(self.bits.len()).map_err(Error::internal)?;
        self.bits.extend(&bits);
        self.sets.insert(bits, place);
        Ok(place)
    }

    fn is_empty(&self, roles: u32) -> bool {
        let same = |(bits, place): (&Vec<u64>, &u32)| *place == roles && bits.iter().all(|word| *word == 0);
        self.sets.iter().any(same)
    }

    fn place(&mut self, course: Vec<Interval>) -> Result<Timeline> {
        if let Some(timeline) = self.courses.get(&course) {
            return Ok(*timeline);
        }
        let first = u32::try_from(self.intervals.len()).map_err(Error::internal)?;
        self.intervals.extend(&course);
        let end = u32::try_from(self.intervals.len()).map_err(Error::internal)?;
        let timeline = Timeline { first, end };
        self.courses.insert(course, timeline);
        Ok(timeline)
    }
}
