use yihe_authz::Admitted;
use yihe_kernel::{Error, Result, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::owner::link::{open, redeem};
use crate::convert;
use crate::directory::Directory;
use crate::domain::owner::Claim;
use crate::domain::user::{User, check_strength};
use crate::reasons;
use crate::store::{Writing, community, user};
use crate::throttle::Door;

struct Wanted {
    claim: Claim,
    login: String,
    password_hash: String,
}

/// `EnrolOwner`: makes an account for the holder of an owner's code.
pub async fn enrol(
    directory: &Directory,
    admitted: Admitted,
    request: pb::EnrolOwnerRequest,
) -> Result<pb::EnrolOwnerResponse> {
    let throttle = &directory.throttle;
    throttle.admit(Door::Owner, admitted.caller().address.as_deref())?;
    let by = admitted.without_target()?;
    convert::account(&request.login, &request.password)?;
    let claim = open(directory, &request.claim_code).await?;
    check_strength(&request.login, &request.password)?;
    let password_hash = directory.passwords.hash(request.password).await?;
    let name = claim.owner.clone();
    let wanted = Wanted {
        claim,
        login: request.login,
        password_hash,
    };
    let (made, sequence) = directory
        .write("directory.enrol_owner", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(owner = %name, "owner enrolled");
    Ok(pb::EnrolOwnerResponse {
        user: UserName { user: made.id }.to_string(),
        owner: name.to_string(),
        revision: directory.revision(&name.community, sequence),
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(User, u64), Failure> {
    let name = &wanted.claim.owner;
    community::lock(writing, &name.community).await?;
    // the owner becomes the user of the same id, so that its name stays in one place
    let made = User {
        id: name.owner.uuid().into(),
        login: wanted.login.clone(),
        password_hash: wanted.password_hash.clone(),
        created_at: writing.now,
        cutoff_at: None,
    };
    let sequence = redeem(writing, &wanted.claim, made.id).await?;
    if user::find(writing.tx(), made.id).await?.is_some() {
        return Err(Error::new(&reasons::OWNER_ENROLLED).with("name", name).into());
    }
    let taken = || Error::new(&reasons::LOGIN_TAKEN).with("login", &wanted.login);
    if user::with_login(writing.tx(), &wanted.login).await?.is_some() {
        return Err(taken().into());
    }
    let inserted = user::insert(writing, &made).await;
    inserted.map_err(|failure| {
        if failure.is_unique_violation() {
            taken().into()
        } else {
            failure
        }
    })?;
    Ok((made, sequence))
}
