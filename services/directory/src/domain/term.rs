//! Terms of posts and contracts: half-open, with an end that may come earlier than agreed.

use std::fmt::Display;

use yihe_authz::Term;
use yihe_kernel::{Error, Result, Timestamp};

use crate::reasons;

/// Whether some instant is in both.
#[must_use]
pub fn overlap(a: Term, b: Term) -> bool {
    let start = a.start().max(b.start());
    let end = match (a.end(), b.end()) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    };
    !a.is_empty() && !b.is_empty() && !Term::new(start, end).is_empty()
}

/// The term that really runs: ended early at `ended_at`, where that comes before its end.
#[must_use]
pub fn cut(start_at: Timestamp, end_at: Option<Timestamp>, ended_at: Option<Timestamp>) -> Term {
    let end = match (end_at, ended_at) {
        (Some(agreed), Some(ended)) => Some(agreed.min(ended)),
        (one, other) => one.or(other),
    };
    Term::new(Some(start_at), end)
}

/// The term from `start_at`, or from now on where that is absent.
///
/// # Errors
/// `TERM_EMPTY` when it ends before it begins or is over already.
pub fn beginning(start_at: Option<Timestamp>, end_at: Option<Timestamp>, now: Timestamp) -> Result<Term> {
    let term = Term::new(Some(start_at.unwrap_or(now)), end_at);
    if term.is_empty() || is_over(term, now) {
        return Err(Error::new(&reasons::TERM_EMPTY));
    }
    Ok(term)
}

/// What is added to the term of the appointment of a name that runs now, when it is prolonged until `until`.
///
/// # Errors
/// `APPOINTMENT_ENDED`, `APPOINTMENT_NOT_BEGUN`, `TERM_OPEN_ENDED`; `TERM_NOT_LONGER` where it ends no later than it did.
pub fn added(name: &impl Display, term: Term, until: Timestamp, now: Timestamp) -> Result<Term> {
    if is_over(term, now) {
        return Err(Error::new(&reasons::APPOINTMENT_ENDED).with("name", name));
    }
    if let Some(start) = term.start().filter(|start| now < *start) {
        return Err(Error::new(&reasons::APPOINTMENT_NOT_BEGUN)
            .with("name", name)
            .with("start", start));
    }
    match term.end() {
        None => Err(Error::new(&reasons::TERM_OPEN_ENDED).with("name", name)),
        Some(end) if until <= end => Err(Error::new(&reasons::TERM_NOT_LONGER)
            .with("name", name)
            .with("end", end)),
        Some(end) => Ok(Term::new(Some(end), Some(until))),
    }
}

/// Whether no instant of it is left.
#[must_use]
pub fn is_over(term: Term, now: Timestamp) -> bool {
    term.is_empty() || term.end().is_some_and(|end| end <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn term(start: i64, end: Option<i64>) -> Term {
        Term::new(Some(at(start)), end.map(at))
    }

    #[test]
    fn one_may_begin_where_the_other_ends() {
        assert!(!overlap(term(1, Some(5)), term(5, None)));
        assert!(overlap(term(1, Some(6)), term(5, None)));
        assert!(overlap(term(1, None), term(5, None)));
        assert!(
            !overlap(term(3, Some(3)), term(1, None)),
            "an empty term overlaps nothing"
        );
    }

    #[test]
    fn a_term_must_have_time_left() {
        assert!(beginning(None, None, at(7)).unwrap().contains(at(7)));
        assert!(beginning(Some(at(9)), Some(at(10)), at(7)).is_ok());
        for (start, end) in [
            (Some(9), Some(9)),
            (Some(9), Some(8)),
            (None, Some(7)),
            (Some(1), Some(7)),
        ] {
            let refusal = beginning(start.map(at), end.map(at), at(7)).unwrap_err();
            assert!(refusal.is(&reasons::TERM_EMPTY));
        }
    }

    #[test]
    fn only_a_term_that_runs_and_ends_is_prolonged() {
        let added = |term, until| added(&"x", term, at(until), at(7));
        assert_eq!(added(term(1, Some(9)), 12).unwrap(), term(9, Some(12)));
        for (term, until, reason) in [
            (term(1, Some(7)), 12, &reasons::APPOINTMENT_ENDED),
            (term(8, Some(9)), 12, &reasons::APPOINTMENT_NOT_BEGUN),
            (term(1, None), 12, &reasons::TERM_OPEN_ENDED),
            (term(1, Some(9)), 9, &reasons::TERM_NOT_LONGER),
            (term(1, Some(9)), 8, &reasons::TERM_NOT_LONGER),
        ] {
            assert!(added(term, until).unwrap_err().is(reason), "{term:?} until {until}");
        }
    }

    #[test]
    fn an_early_end_counts_and_a_late_one_does_not() {
        assert_eq!(cut(at(1), Some(at(9)), Some(at(4))), term(1, Some(4)));
        assert_eq!(cut(at(1), Some(at(9)), Some(at(12))), term(1, Some(9)));
        assert_eq!(cut(at(1), None, None), term(1, None));
        assert!(
            is_over(cut(at(5), None, Some(at(3))), at(6)),
            "ended before it began: never in force"
        );
    }
}
