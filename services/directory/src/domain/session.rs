//! Sessions of signed-in people: families of refresh tokens, each of which works once.

use yihe_kernel::{Timestamp, UserId};

use crate::domain::names::SessionId;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

/// A refresh token of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// Hash of the token.
    pub hash: Vec<u8>,
    /// The session.
    pub session: SessionId,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// What presenting a refresh token means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presented {
    /// It renews the session.
    Renews,
    /// It was used before: somebody has a copy, and the session must end.
    Stolen,
    /// It is of no use any more.
    Void,
}

/// What presenting `token` of `session` now means.
#[must_use]
pub fn present(session: &Session, token: &RefreshToken, now: Timestamp) -> Presented {
    if session.ended_at.is_some() {
        Presented::Void
    } else if token.used_at.is_some() {
        Presented::Stolen
    } else if token.expires_at <= now {
        Presented::Void
    } else {
        Presented::Renews
    }
}
