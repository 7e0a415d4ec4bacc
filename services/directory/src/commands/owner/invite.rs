use yihe_authz::Admitted;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::OwnerName;
use crate::domain::owner::{CLAIM_LAPSES_AFTER_DAYS, Claim};
use crate::queries::owner::find;
use crate::secrets;
use crate::store::{Writing, community, owner};

struct Wanted {
    request: pb::InviteOwnerRequest,
    name: OwnerName,
    request_id: Option<uuid::Uuid>,
    code_hash: Vec<u8>,
}

/// `InviteOwner`: makes the code by which an owner comes to sign in.
pub async fn invite(
    directory: &Directory,
    admitted: Admitted,
    request: pb::InviteOwnerRequest,
) -> Result<pb::InviteOwnerResponse> {
    let name: OwnerName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let mut fields = Fields::new();
    let request_id = fields.request_id(&request.request_id);
    fields.finish()?;
    let code = secrets::owner_code(&name.community);
    let wanted = Wanted {
        request,
        name: name.clone(),
        request_id,
        code_hash: code.hash,
    };
    let made = directory
        .write("directory.invite_owner", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(owner = %name, "owner invited");
    Ok(pb::InviteOwnerResponse {
        owner: name.to_string(),
        expire_time: made.as_ref().map(|claim| claim.expires_at.to_proto()),
        claim_code: made.map(|_| code.text).unwrap_or_default(),
    })
}

/// The claim; `None` for a replay, whose code was shown before.
async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<Option<Claim>, Failure> {
    let name = &wanted.name;
    community::lock(writing, &name.community).await?;
    let seen = writing.seen_before(name.community.as_str(), wanted.request_id, &wanted.request, name);
    if seen.await?.is_some() {
        return Ok(None);
    }
    let found = owner::find(writing.tx(), name).await?;
    found.ok_or_else(|| Error::not_found(name))?.check_open()?;
    let claim = Claim {
        owner: name.clone(),
        code_hash: wanted.code_hash.clone(),
        expires_at: writing.now.plus_days(CLAIM_LAPSES_AFTER_DAYS),
    };
    owner::put_claim(writing, &claim).await?;
    let event = pb::OwnerInvited {
        owner: name.to_string(),
        expire_time: Some(claim.expires_at.to_proto()),
    };
    writing.tell(&name.community, name, &event).await?;
    Ok(Some(claim))
}
