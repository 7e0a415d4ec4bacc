use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::sign_in::token_pair::{pair, refresh_token};
use crate::directory::Directory;
use crate::domain::session::{RefreshToken, Session};
use crate::reasons;
use crate::store::{Writing, session, user};
use crate::throttle::Door;

// of a text that long no login was ever made; it must not fill the throttle's memory
const LONGEST_LOGIN: usize = 64;

/// `SignIn`: signs a person in by login and password.
pub async fn sign_in(directory: &Directory, admitted: Admitted, request: pb::SignInRequest) -> Result<pb::TokenPair> {
    let throttle = &directory.throttle;
    throttle.admit(Door::SignIn, admitted.caller().address.as_deref())?;
    let login = request
        .login
        .chars()
        .take(LONGEST_LOGIN + 1)
        .collect::<String>()
        .to_ascii_lowercase();
    throttle.admit_name(Door::SignIn, &login)?;
    let by = admitted.without_target()?;
    let found = user::with_login(directory.reader(), &login).await?;
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let same = directory.passwords.check(request.password, hash).await?;
    let Some(user) = found.filter(|_| same) else {
        throttle.failed(Door::SignIn, &login);
        return Err(Error::new(&reasons::SIGN_IN_FAILED));
    };
    let refresh = refresh_token(directory);
    let begun = Session {
        id: directory.store.ids().next(),
        user: user.id,
        created_at: directory.now(),
        ended_at: None,
    };
    let hash = refresh.secret.hash.clone();
    let token = RefreshToken {
        hash,
        session: begun.id,
        expires_at: refresh.expires_at,
        used_at: None,
    };
    directory
        .write("directory.sign_in", by, (begun, token), |writing, (begun, token)| {
            Box::pin(write(writing, begun, token))
        })
        .await?;
    tracing::info!(user = %user.id, "signed in");
    pair(directory, user.id, refresh)
}

async fn write(writing: &Writing<'_>, begun: &Session, token: &RefreshToken) -> Result<(), Failure> {
    session::insert(writing, begun).await?;
    session::insert_token(writing, token).await
}
