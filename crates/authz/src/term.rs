use prost_types::Timestamp as Wire;
use yihe_kernel::Timestamp;

/// A half-open term: from its first instant on, no more at its end. Either bound may be absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term {
    // i64::MIN and i64::MAX stand for absent: no `Timestamp` reaches them
    start: i64,
    end: i64,
}

impl Term {
    /// From ever, for ever.
    pub const ALWAYS: Self = Self {
        start: i64::MIN,
        end: i64::MAX,
    };

    /// The term between two instants.
    #[must_use]
    pub fn new(start: Option<Timestamp>, end: Option<Timestamp>) -> Self {
        Self {
            start: start.map_or(i64::MIN, Timestamp::micros),
            end: end.map_or(i64::MAX, Timestamp::micros),
        }
    }

    /// The wire form's term; the name of the bad field where an instant is outside the calendar.
    pub(crate) fn from_proto(start: Option<&Wire>, end: Option<&Wire>) -> Result<Self, &'static str> {
        let read = |wire: Option<&Wire>, field| match wire.map(Timestamp::from_proto) {
            None => Ok(None),
            Some(Some(instant)) => Ok(Some(instant)),
            Some(None) => Err(field),
        };
        Ok(Self::new(read(start, "start_time")?, read(end, "end_time")?))
    }

    /// The first instant; absent means from ever.
    #[must_use]
    pub fn start(self) -> Option<Timestamp> {
        (self.start != i64::MIN).then(|| Timestamp::from_micros(self.start))
    }

    /// The first instant after it; absent means for ever.
    #[must_use]
    pub fn end(self) -> Option<Timestamp> {
        (self.end != i64::MAX).then(|| Timestamp::from_micros(self.end))
    }

    /// Whether no instant is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `now` is in it.
    #[must_use]
    pub fn contains(self, now: Timestamp) -> bool {
        let now = now.micros();
        let begun = mutate!(self.start <= now, StartExclusive => self.start < now, StartIgnored => true);
        let goes_on = mutate!(now < self.end, EndInclusive => now <= self.end, EndIgnored => true);
        begun && goes_on
    }

    /// The instants at which being in it changes.
    pub(crate) fn changes(self) -> impl Iterator<Item = Timestamp> {
        [self.start(), self.end()]
            .into_iter()
            .flatten()
            .filter(move |_| !self.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn the_start_is_in_it_and_the_end_is_not() {
        let term = Term::new(Some(at(5)), Some(at(7)));
        assert_eq!(
            [4, 5, 6, 7].map(|micros| term.contains(at(micros))),
            [false, true, true, false]
        );
        assert!(Term::new(Some(at(5)), Some(at(5))).is_empty());
        assert!(Term::ALWAYS.contains(Timestamp::MAX) && Term::ALWAYS.contains(Timestamp::MIN));
    }

    #[test]
    fn an_instant_outside_the_calendar_names_its_field() {
        let bad = Wire {
            seconds: i64::MAX,
            nanos: 0,
        };
        assert_eq!(Term::from_proto(Some(&bad), None), Err("start_time"));
        assert_eq!(Term::from_proto(None, Some(&bad)), Err("end_time"));
        assert_eq!(Term::from_proto(None, None), Ok(Term::ALWAYS));
    }
}
