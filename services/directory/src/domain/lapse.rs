//! Terms that end soon.

use yihe_authz::{Scope, Term};
use yihe_kernel::{OrganizationId, Timestamp, UserId};
use yihe_proto::directory::v1::{OrganizationKind, Post};

use crate::domain::appointment::Appointment;
use crate::domain::names::AppointmentId;
use crate::domain::region_post::RegionAppointment;

/// Days before its end on which a term is announced, the nearest last.
pub const WARNED_DAYS: [i32; 3] = [30, 7, 1];

/// A post held in a community or in a region's committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The community or region.
    pub place: Scope,
    /// Id of the appointment.
    pub id: AppointmentId,
    /// Who.
    pub user: UserId,
    /// Where.
    pub organization: OrganizationId,
    /// Kind of the organization.
    pub kind: OrganizationKind,
    /// As what.
    pub post: Post,
    /// The term that really runs.
    pub term: Term,
}

impl Held {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/appointments/{}", self.place, self.id)
    }

    /// Whether it is the same person's same post.
    fn is_the_post_of(&self, other: &Self) -> bool {
        self.place == other.place
            && self.user == other.user
            && self.organization == other.organization
            && self.post == other.post
    }

    /// Whether it goes on when the other's term is over.
    fn continues(&self, other: &Self) -> bool {
        self.is_the_post_of(other) && other.term.end().is_some_and(|end| self.term.contains(end))
    }

    /// The warning that is due now: the nearest that has come, of those that came within the term. `None` where the term is
    /// over, open-ended, or not so near its end.
    #[must_use]
    pub fn warning_due(&self, now: Timestamp) -> Option<i32> {
        let end = self.term.end().filter(|end| now < *end)?;
        let come = |days: &&i32| end.plus_days(-i64::from(**days)) <= now;
        let days = *WARNED_DAYS.iter().rev().find(come)?;
        // a term shorter than that was never so far from its end
        let within = self
            .term
            .start()
            .is_none_or(|start| start <= end.plus_days(-i64::from(days)));
        within.then_some(days)
    }
}

impl From<&Appointment> for Held {
    fn from(held: &Appointment) -> Self {
        Self {
            place: Scope::Community(held.community.clone()),
            id: held.id,
            user: held.user,
            organization: held.organization,
            kind: held.kind,
            post: held.post,
            term: held.term(),
        }
    }
}

impl From<&RegionAppointment> for Held {
    fn from(held: &RegionAppointment) -> Self {
        Self {
            place: Scope::Region(held.region.clone()),
            id: held.id,
            user: held.user,
            organization: held.organization,
            kind: held.kind,
            post: held.post,
            term: held.term(),
        }
    }
}

/// Those whose term ends after `now` and no later than `until`, the soonest first. One that the same person has on from then
/// is left out, where `all` tells of that.
#[must_use]
pub fn lapsing(all: &[Held], now: Timestamp, until: Timestamp) -> Vec<Held> {
    let ends = |held: &&Held| held.term.end().is_some_and(|end| now < end && end <= until);
    let goes_on = |held: &Held| all.iter().any(|other| other.continues(held));
    let mut found: Vec<_> = all.iter().filter(ends).filter(|held| !goes_on(held)).cloned().collect();
    found.sort_by_key(|held| (held.term.end(), held.id));
    found
}

/// Whole days until an instant, rounded up.
#[must_use]
pub fn days_left(end: Timestamp, now: Timestamp) -> i32 {
    let day = 24 * 60 * 60 * 1_000_000;
    let micros = end.micros_since(now).max(0);
    i32::try_from((micros + day - 1) / day).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_seconds(days * DAY)
    }

    fn held(id: u128, start: i64, end: Option<i64>) -> Held {
        Held {
            place: Scope::Community("440309002021".parse().unwrap()),
            id: uuid::Uuid::from_u128(id).into(),
            user: uuid::Uuid::from_u128(7).into(),
            organization: uuid::Uuid::from_u128(1).into(),
            kind: OrganizationKind::PartyCommittee,
            post: Post::Secretary,
            term: Term::new(Some(at(start)), end.map(at)),
        }
    }

    #[test]
    fn the_nearest_warning_that_has_come_is_due() {
        let term = held(1, 0, Some(100));
        let micro = Timestamp::from_micros(at(70).micros() - 1);
        assert_eq!(term.warning_due(micro), None);
        for (day, due) in [(70, 30), (92, 30), (93, 7), (98, 7), (99, 1)] {
            assert_eq!(term.warning_due(at(day)), Some(due), "on day {day}");
        }
        assert_eq!(term.warning_due(at(100)), None, "it is over");
        assert_eq!(held(1, 0, None).warning_due(at(99)), None);
        // a term of ten days is warned of twice, one of a day once, one of less never
        let short = held(1, 0, Some(10));
        assert_eq!((short.warning_due(at(0)), short.warning_due(at(3))), (None, Some(7)));
        assert_eq!(held(1, 0, Some(1)).warning_due(at(0)), Some(1));
        let hours = Held {
            term: Term::new(Some(at(0)), Some(Timestamp::from_seconds(DAY - 1))),
            ..held(1, 0, None)
        };
        assert_eq!(hours.warning_due(at(0)), None);
    }

    #[test]
    fn what_the_same_person_has_on_does_not_lapse() {
        let (first, next) = (held(1, 0, Some(10)), held(2, 10, Some(20)));
        let names = |all: &[Held], until| -> Vec<_> {
            let found = lapsing(all, at(5), at(until));
            found.iter().map(|held| held.id.uuid().as_u128()).collect()
        };
        assert_eq!(names(&[next.clone(), first.clone()], 30), [2], "renewed without a gap");
        assert_eq!(names(&[next.clone(), first.clone()], 15), [0_u128; 0]);
        let gap = Held {
            term: Term::new(Some(at(11)), None),
            ..next.clone()
        };
        assert_eq!(names(&[first.clone(), gap], 30), [1]);
        let somebody_else = Held {
            user: uuid::Uuid::from_u128(8).into(),
            ..next.clone()
        };
        assert_eq!(names(&[first.clone(), somebody_else], 30), [1, 2]);
        let another_post = Held {
            post: Post::Member,
            ..next
        };
        assert_eq!(names(&[first.clone(), another_post], 10), [1]);
        assert_eq!(names(&[first], 9), [0_u128; 0]);
    }

    #[test]
    fn days_are_rounded_up() {
        assert_eq!(days_left(at(3), at(2)), 1);
        assert_eq!(days_left(at(3), Timestamp::from_seconds(2 * DAY - 1)), 2);
        assert_eq!(days_left(at(3), at(4)), 0);
    }
}
