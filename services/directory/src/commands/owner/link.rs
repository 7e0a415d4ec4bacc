use yihe_authz::Admitted;
use yihe_kernel::{CommunityId, Error, Result, UserId, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::directory::Directory;
use crate::domain::names::OwnerName;
use crate::domain::owner::Claim;
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, community, owner};
use crate::throttle::Door;

struct Wanted {
    claim: Claim,
    user: UserId,
}

/// `LinkOwner`: redeems an owner's code as the signed-in person.
pub async fn link(
    directory: &Directory,
    admitted: Admitted,
    request: pb::LinkOwnerRequest,
) -> Result<pb::LinkOwnerResponse> {
    let throttle = &directory.throttle;
    throttle.admit(Door::Owner, admitted.caller().address.as_deref())?;
    let by = directory.signed_in(admitted).await?;
    let user = by
        .user()
        .ok_or_else(|| Error::new(&yihe_kernel::reasons::PERSONS_ONLY))?;
    let claim = open(directory, &request.claim_code).await?;
    let name = claim.owner.clone();
    let sequence = directory
        .write("directory.link_owner", by, Wanted { claim, user }, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(owner = %name, "owner linked");
    Ok(pb::LinkOwnerResponse {
        owner: name.to_string(),
        revision: directory.revision(&name.community, sequence),
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<u64, Failure> {
    community::lock(writing, &wanted.claim.owner.community).await?;
    redeem(writing, &wanted.claim, wanted.user).await
}

/// The claim of a code that can be used now. Looked at before costly work, and again in the transaction.
pub async fn open(directory: &Directory, typed: &str) -> Result<Claim> {
    let Some((community, hash)) = secrets::read_owner_code(typed) else {
        return Err(wrong_code());
    };
    let found = owner::claim(directory.reader(), &community, &hash, directory.now()).await?;
    found.ok_or_else(wrong_code)
}

/// Uses up a claim: from now on the person signs in as the owner. Returns the sequence of the community's authority.
pub async fn redeem(writing: &Writing<'_>, claim: &Claim, user: UserId) -> Result<u64, Failure> {
    let name = &claim.owner;
    let found = again(writing, &name.community, claim).await?;
    owner::take_claim(writing, &found).await?;
    owner::link(writing, name, Some(user)).await?;
    let actor = UserName { user }.to_string();
    let event = pb::OwnerLinked {
        owner: name.to_string(),
        user: actor.clone(),
    };
    writing.tell_as(actor, &name.community, name, &event).await?;
    community::authority_changed(writing, &name.community).await
}

async fn again(writing: &Writing<'_>, community: &CommunityId, claim: &Claim) -> Result<Claim, Failure> {
    let found = owner::claim(writing.tx(), community, &claim.code_hash, writing.now).await?;
    let open = match &found {
        Some(found) => is_open(writing, &found.owner).await?,
        None => false,
    };
    Ok(found.filter(|_| open).ok_or_else(wrong_code)?)
}

async fn is_open(writing: &Writing<'_>, name: &OwnerName) -> Result<bool, Failure> {
    let found = owner::find(writing.tx(), name).await?;
    Ok(found.is_some_and(|owner| owner.check_open().is_ok()))
}

/// The refusal of a code, whatever is wrong with it.
pub fn wrong_code() -> Error {
    Error::new(&reasons::OWNER_CODE_WRONG)
}
