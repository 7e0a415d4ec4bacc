use yihe_authz::Principal;
use yihe_kernel::{Result, Timestamp, UserId};
use yihe_proto::directory::v1 as pb;

use crate::directory::Directory;
use crate::secrets::{self, Purpose, Secret};

/// A refresh token in the making.
pub struct Refresh {
    /// What is handed out and kept.
    pub secret: Secret,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// Makes a refresh token.
pub fn refresh_token(directory: &Directory) -> Refresh {
    let expires_at = directory.now().plus_days(directory.config.refresh_token_days);
    Refresh {
        secret: secrets::token(Purpose::Refresh),
        expires_at,
    }
}

/// The pair handed to a person after the refresh token is stored.
pub fn pair(directory: &Directory, user: UserId, refresh: Refresh) -> Result<pb::TokenPair> {
    let ttl = directory.config.access_token_seconds;
    let (access_token, expires_at) = directory.access_tokens.issue(&Principal::User(user), None, ttl)?;
    Ok(pb::TokenPair {
        access_token,
        expire_time: Some(expires_at.to_proto()),
        refresh_token: refresh.secret.text,
        refresh_expire_time: Some(refresh.expires_at.to_proto()),
    })
}
