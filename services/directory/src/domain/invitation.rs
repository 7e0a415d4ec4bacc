//! Invitations to posts: how new people come in.

use yihe_authz::Term;
use yihe_kernel::{CommunityId, OrganizationId, Result, Timestamp, UserId};
use yihe_proto::directory::v1::Post;

use crate::domain::names::{AppointmentId, InvitationId, InvitationName};
use crate::domain::term;

/// Days after which a code is of no use any more.
pub const LAPSES_AFTER_DAYS: i64 = 14;

/// An invitation to a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The community.
    pub community: CommunityId,
    /// Its id.
    pub id: InvitationId,
    /// Where the post is.
    pub organization: OrganizationId,
    /// The post.
    pub post: Post,
    /// The invited person. Enrolling, the person becomes the user of this id.
    pub person: UserId,
    /// First instant of the term; absent means from enrolment.
    pub start_at: Option<Timestamp>,
    /// First instant after the term.
    pub end_at: Option<Timestamp>,
    /// Hash of the enrolment code; absent until the code is given out.
    pub code_hash: Option<Vec<u8>>,
    /// When the code lapses; absent until it is given out.
    pub expires_at: Option<Timestamp>,
    /// When the post was taken.
    pub accepted_at: Option<Timestamp>,
    /// The appointment it became.
    pub appointment: Option<AppointmentId>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Invitation {
    /// Its resource name.
    #[must_use]
    pub fn name(&self) -> InvitationName {
        InvitationName {
            community: self.community.clone(),
            invitation: self.id,
        }
    }

    /// Gives out the code: from now on it can be used, for some days.
    #[must_use]
    pub fn with_code(mut self, code_hash: Vec<u8>, now: Timestamp) -> Self {
        self.code_hash = Some(code_hash);
        self.expires_at = Some(now.plus_days(LAPSES_AFTER_DAYS));
        self
    }

    /// Whether its code can be used.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.accepted_at.is_none() && self.code_hash.is_some() && self.expires_at.is_some_and(|expires| now < expires)
    }

    /// The term of a post taken now.
    ///
    /// # Errors
    /// `TERM_EMPTY` when nothing of it is left.
    pub fn term(&self, now: Timestamp) -> Result<Term> {
        term::beginning(self.start_at, self.end_at, now)
    }
}
