//! Posts in a region's committee and the invitations to them.

use yihe_authz::Term;
use yihe_kernel::{Error, OrganizationId, RegionCode, Result, Timestamp, UserId};
use yihe_proto::directory::v1::{OrganizationKind, Post};

use crate::domain::appointment::check_post_free;
use crate::domain::invitation::LAPSES_AFTER_DAYS;
use crate::domain::membership::{Organization, check_etag, etag};
use crate::domain::names::{AppointmentId, InvitationId, RegionAppointmentName, RegionInvitationName};
use crate::domain::term;
use crate::reasons;

/// A person's post in a region's committee, for a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionAppointment {
    /// The region.
    pub region: RegionCode,
    /// Its id.
    pub id: AppointmentId,
    /// Who.
    pub user: UserId,
    /// The region's committee.
    pub organization: OrganizationId,
    /// Its kind.
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

impl RegionAppointment {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> RegionAppointmentName {
        RegionAppointmentName {
            region: self.region.clone(),
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
        matches!(self.post, Post::Secretary | Post::DeputySecretary) && self.term().contains(now)
    }

    /// Ends it now. `others` are the other appointments in the same committee.
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

    /// Prolongs it until an instant. `others` are the other appointments in the same committee.
    ///
    /// # Errors
    /// `ETAG_MISMATCH`, those of [`term::added`]; `POST_FILLED` where somebody takes the post over in the time that is added.
    pub fn extend(
        mut self,
        expected_etag: &str,
        until: Timestamp,
        committee: &Organization,
        others: &[Self],
        now: Timestamp,
    ) -> Result<Self> {
        check_etag(&self.name(), expected_etag, self.version)?;
        let added = term::added(&self.name(), self.term(), until, now)?;
        let held = others.iter().map(|other| (other.post, other.user, other.term()));
        check_post_free(committee, self.post, Some(self.user), added, held)?;
        self.end_at = Some(until);
        self.version += 1;
        Ok(self)
    }

    /// Ends it now because somebody else takes the post.
    #[must_use]
    pub fn replaced(mut self, now: Timestamp) -> Self {
        self.ended_at = Some(now);
        self.version += 1;
        self
    }
}

/// An invitation to a post in a region's committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionInvitation {
    /// The region.
    pub region: RegionCode,
    /// Its id.
    pub id: InvitationId,
    /// The post.
    pub post: Post,
    /// The invited person. Enrolling, the person becomes the user of this id.
    pub person: UserId,
    /// First instant of the term; absent means from enrolment.
    pub start_at: Option<Timestamp>,
    /// First instant after the term.
    pub end_at: Option<Timestamp>,
    /// Hash of the enrolment code.
    pub code_hash: Vec<u8>,
    /// When the code lapses.
    pub expires_at: Timestamp,
    /// When the post was taken.
    pub accepted_at: Option<Timestamp>,
    /// The appointment it became.
    pub appointment: Option<AppointmentId>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl RegionInvitation {
    /// Invites a person, with a code that lapses.
    #[must_use]
    pub fn new(
        region: &RegionCode,
        (id, person): (InvitationId, UserId),
        post: Post,
        (start_at, end_at): (Option<Timestamp>, Option<Timestamp>),
        code_hash: &[u8],
        now: Timestamp,
    ) -> Self {
        Self {
            region: region.clone(),
            id,
            post,
            person,
            start_at,
            end_at,
            code_hash: code_hash.to_vec(),
            expires_at: now.plus_days(LAPSES_AFTER_DAYS),
            accepted_at: None,
            appointment: None,
            created_at: now,
        }
    }

    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> RegionInvitationName {
        RegionInvitationName {
            region: self.region.clone(),
            invitation: self.id,
        }
    }

    /// Whether its code can be used.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.accepted_at.is_none() && now < self.expires_at
    }

    /// The term of a post taken now.
    ///
    /// # Errors
    /// `TERM_EMPTY` when nothing of it is left.
    pub fn term(&self, now: Timestamp) -> Result<Term> {
        term::beginning(self.start_at, self.end_at, now)
    }
}

#[cfg(test)]
mod tests {
    use yihe_kernel::reasons as common;

    use super::*;

    fn appointment(id: u128, post: Post, end: Option<i64>) -> RegionAppointment {
        RegionAppointment {
            region: "440309002".parse().unwrap(),
            id: uuid::Uuid::from_u128(id).into(),
            user: uuid::Uuid::from_u128(id).into(),
            organization: uuid::Uuid::nil().into(),
            kind: OrganizationKind::StreetPartyCommittee,
            post,
            start_at: Timestamp::from_seconds(10),
            end_at: end.map(Timestamp::from_seconds),
            ended_at: None,
            version: 1,
        }
    }

    #[test]
    fn the_last_who_runs_the_committee_stays() {
        let now = Timestamp::from_seconds(20);
        let secretary = appointment(1, Post::Secretary, None);
        let refused = |others: &[RegionAppointment], etag: &str| secretary.clone().end(etag, others, now).unwrap_err();
        assert!(refused(&[], "").is(&reasons::LAST_SECRETARY));
        let lapsed = appointment(2, Post::DeputySecretary, Some(20));
        assert!(refused(&[lapsed, appointment(3, Post::Member, None)], "").is(&reasons::LAST_SECRETARY));
        assert!(refused(&[], "v2").is(&common::ETAG_MISMATCH));
        let deputy = appointment(4, Post::DeputySecretary, Some(21));
        let ended = secretary.end("v1", &[deputy], now).unwrap();
        assert!(!ended.term().contains(now) && ended.etag() == "v2");
        assert!(ended.end("", &[], now).unwrap_err().is(&reasons::APPOINTMENT_ENDED));
    }

    #[test]
    fn a_code_is_open_until_it_is_used_or_lapses() {
        let now = Timestamp::from_seconds(0);
        let ids = (uuid::Uuid::nil().into(), uuid::Uuid::nil().into());
        let region = "440309".parse().unwrap();
        let made = RegionInvitation::new(&region, ids, Post::Member, (None, None), b"x", now);
        assert!(made.is_open(now.plus_days(13)) && !made.is_open(now.plus_days(14)));
        let used = RegionInvitation {
            accepted_at: Some(now),
            ..made
        };
        assert!(!used.is_open(now));
    }
}
