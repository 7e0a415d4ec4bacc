//! Posts held by people.

use yihe_authz::Term;
use yihe_kernel::{CommunityId, Error, OrganizationId, OrganizationName, Result, Timestamp, UserId};
use yihe_proto::directory::v1::{OrganizationKind, Post};

use crate::domain::membership::{Organization, check_etag, etag};
use crate::domain::names::{AppointmentId, AppointmentName};
use crate::domain::{post, term};
use crate::reasons;

/// A person's post in an organization, for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The community.
    pub community: CommunityId,
    /// Its id.
    pub id: AppointmentId,
    /// Who.
    pub user: UserId,
    /// Where.
    pub organization: OrganizationId,
    /// Kind of the organization.
    pub kind: OrganizationKind,
    /// As what.
    pub post: Post,
    /// First instant.
    pub start_at: Timestamp,
    /// First instant after the agreed term.
    pub end_at: Option<Timestamp>,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
    /// Grows with every write.
    pub version: i64,
}

impl Appointment {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> AppointmentName {
        AppointmentName {
            community: self.community.clone(),
            appointment: self.id,
        }
    }

    /// The etag of this version.
    #[must_use]
    pub fn etag(&self) -> String {
        etag(self.version)
    }

    /// The term that really runs.
    #[must_use]
    pub fn term(&self) -> Term {
        term::cut(self.start_at, self.end_at, self.ended_at)
    }

    /// Whether the post is one of those that run the committee, held now.
    #[must_use]
    pub fn runs_the_committee(&self, now: Timestamp) -> bool {
        post::runs_the_committee(self.kind, self.post) && self.term().contains(now)
    }

    /// Ends it now. `others` are the other appointments in the same organization.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, `APPOINTMENT_ENDED`; `LAST_SECRETARY` when nobody would be left to run the committee.
    pub fn end(self, expected_etag: &str, others: &[Self], now: Timestamp) -> Result<Self> {
        check_etag(&self.name(), expected_etag, self.version)?;
        if term::is_over(self.term(), now) {
            return Err(Error::new(&reasons::APPOINTMENT_ENDED).with("name", self.name()));
        }
        if self.runs_the_committee(now) && !others.iter().any(|other| other.runs_the_committee(now)) {
            return Err(Error::new(&reasons::LAST_SECRETARY).with("name", self.name()));
        }
        Ok(self.replaced(now))
    }

    /// Prolongs it until an instant. `others` are the other appointments in the same organization.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, those of [`term::added`]; `POST_FILLED` where somebody takes the post over in the time that is added.
    pub fn extend(
        mut self,
        expected_etag: &str,
        until: Timestamp,
        organization: &Organization,
        others: &[Self],
        now: Timestamp,
    ) -> Result<Self> {
        check_etag(&self.name(), expected_etag, self.version)?;
        let added = term::added(&self.name(), self.term(), until, now)?;
        check_free(organization, self.post, Some(self.user), added, others)?;
        self.end_at = Some(until);
        self.version += 1;
        Ok(self)
    }

    /// Ends it now because the level above gives the post to somebody else.
    #[must_use]
    pub fn replaced(mut self, now: Timestamp) -> Self {
        self.ended_at = Some(now);
        self.version += 1;
        self
    }
}

/// Refuses a post that is not to be had: one that the kind has not, or that is held in the term by the same person, or by
/// anybody where one holds it at a time. `held` are the organization's appointments.
///
/// # Errors
/// `POST_NOT_IN_KIND`, `POST_FILLED`.
pub fn check_free(
    organization: &Organization,
    post: Post,
    user: Option<UserId>,
    term: Term,
    held: &[Appointment],
) -> Result<()> {
    let held = held.iter().map(|other| (other.post, other.user, other.term()));
    check_post_free(organization, post, user, term, held)
}

/// The same for posts wherever they are: of each held, the post, the person and the term.
///
/// # Errors
/// Those of [`check_free`].
pub fn check_post_free(
    organization: &Organization,
    post: Post,
    user: Option<UserId>,
    term: Term,
    held: impl IntoIterator<Item = (Post, UserId, Term)>,
) -> Result<()> {
    post::check(organization.kind, post)?;
    let single = post::has_single_holder(organization.kind, post);
    let taken = held
        .into_iter()
        .any(|(held, by, during)| held == post && (single || user == Some(by)) && term::overlap(term, during));
    if !taken {
        return Ok(());
    }
    let name = OrganizationName {
        organization: organization.id,
    };
    Err(Error::new(&reasons::POST_FILLED)
        .with("post", post::post_text(post))
        .with("name", name))
}

#[cfg(test)]
mod tests {
    use yihe_kernel::reasons as common;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn held(post: Post, user: u128, start: i64, end: Option<i64>) -> Appointment {
        Appointment {
            community: "440309002021".parse().unwrap(),
            id: uuid::Uuid::from_u128(user).into(),
            user: uuid::Uuid::from_u128(user).into(),
            organization: uuid::Uuid::nil().into(),
            kind: OrganizationKind::PartyCommittee,
            post,
            start_at: at(start),
            end_at: end.map(at),
            ended_at: None,
            version: 1,
        }
    }

    fn committee() -> Organization {
        Organization {
            id: uuid::Uuid::nil().into(),
            kind: OrganizationKind::PartyCommittee,
            display_name: "党委".into(),
        }
    }

    #[test]
    fn one_secretary_at_a_time() {
        let others = [held(Post::Secretary, 1, 0, Some(100))];
        let free = |post, user: u128, start| {
            let user = Some(uuid::Uuid::from_u128(user).into());
            check_free(&committee(), post, user, Term::new(Some(at(start)), None), &others)
        };
        assert!(free(Post::Secretary, 2, 50).unwrap_err().is(&reasons::POST_FILLED));
        assert!(
            free(Post::Secretary, 2, 100).is_ok(),
            "the next one begins where the former ends"
        );
        assert!(free(Post::Member, 2, 50).is_ok());
        assert!(free(Post::Owner, 2, 50).unwrap_err().is(&reasons::POST_NOT_IN_KIND));
    }

    #[test]
    fn nobody_holds_the_same_post_twice() {
        let others = [held(Post::Member, 1, 0, None)];
        let free = |user: u128| {
            let user = Some(uuid::Uuid::from_u128(user).into());
            check_free(&committee(), Post::Member, user, Term::new(Some(at(5)), None), &others)
        };
        assert!(free(1).unwrap_err().is(&reasons::POST_FILLED));
        assert!(free(2).is_ok());
    }

    #[test]
    fn a_term_is_prolonged_until_the_next_begins() {
        let first = held(Post::Secretary, 1, 0, Some(100));
        let next = held(Post::Secretary, 2, 150, None);
        let extend = |until, etag| {
            let others = std::slice::from_ref(&next);
            first.clone().extend(etag, at(until), &committee(), others, at(50))
        };
        let longer = extend(150, "v1").unwrap();
        assert_eq!((longer.term().end(), longer.version), (Some(at(150)), 2));
        assert!(extend(151, "").unwrap_err().is(&reasons::POST_FILLED));
        assert!(extend(100, "").unwrap_err().is(&reasons::TERM_NOT_LONGER));
        assert!(extend(150, "v2").unwrap_err().is(&common::ETAG_MISMATCH));
        let ended = first.clone().replaced(at(40));
        let refused = ended.extend("", at(150), &committee(), &[], at(50)).unwrap_err();
        assert!(refused.is(&reasons::APPOINTMENT_ENDED));
    }

    #[test]
    fn somebody_stays_to_run_the_committee() {
        let secretary = held(Post::Secretary, 1, 0, None);
        let lapsed = held(Post::DeputySecretary, 2, 0, Some(10));
        let refusal = secretary
            .clone()
            .end("", std::slice::from_ref(&lapsed), at(20))
            .unwrap_err();
        assert!(refusal.is(&reasons::LAST_SECRETARY));
        let ended = secretary.end("v1", &[lapsed], at(5)).unwrap();
        assert_eq!(ended.term().end(), Some(at(5)));
        assert!(
            ended
                .clone()
                .end("v1", &[], at(6))
                .unwrap_err()
                .is(&common::ETAG_MISMATCH)
        );
        assert!(ended.end("v2", &[], at(6)).unwrap_err().is(&reasons::APPOINTMENT_ENDED));
    }
}
