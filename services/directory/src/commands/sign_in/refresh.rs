use yihe_authz::Admitted;
use yihe_kernel::{Error, Result, Timestamp, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::sign_in::token_pair::{pair, refresh_token};
use crate::directory::Directory;
use crate::domain::session::{Presented, RefreshToken, present};
use crate::reasons;
use crate::secrets::{self, Purpose};
use crate::store::{Writing, session};
use crate::throttle::Door;

struct Wanted {
    old_hash: Vec<u8>,
    new_hash: Vec<u8>,
    expires_at: Timestamp,
}

/// `RefreshToken`: renews a session. A token presented twice ends the session for both who hold it.
pub async fn refresh(
    directory: &Directory,
    admitted: Admitted,
    request: pb::RefreshTokenRequest,
) -> Result<pb::TokenPair> {
    directory
        .throttle
        .admit(Door::Refresh, admitted.caller().address.as_deref())?;
    let by = admitted.without_target()?;
    let new = refresh_token(directory);
    let old_hash = secrets::hash(Purpose::Refresh, &request.refresh_token);
    let wanted = Wanted {
        old_hash,
        new_hash: new.secret.hash.clone(),
        expires_at: new.expires_at,
    };
    let renewed = directory
        .write("directory.refresh", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    match renewed {
        Some(user) => pair(directory, user, new),
        None => Err(Error::new(&reasons::REFRESH_TOKEN_INVALID)),
    }
}

/// The user whose session was renewed. A refusal is no error here: ending the session must be committed.
async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<Option<UserId>, Failure> {
    let Some((session, token)) = session::lock_token(writing, &wanted.old_hash).await? else {
        return Ok(None);
    };
    match present(&session, &token, writing.now) {
        Presented::Renews => {}
        Presented::Void => return Ok(None),
        Presented::Stolen => {
            session::end(writing, session.id).await?;
            tracing::warn!(session = %session.id, user = %session.user, "a refresh token was used twice; the session ends");
            return Ok(None);
        }
    }
    session::use_token(writing, &wanted.old_hash).await?;
    session::forget_lapsed(writing, session.id).await?;
    let hash = wanted.new_hash.clone();
    let next = RefreshToken {
        hash,
        session: session.id,
        expires_at: wanted.expires_at,
        used_at: None,
    };
    session::insert_token(writing, &next).await?;
    Ok(Some(session.user))
}
