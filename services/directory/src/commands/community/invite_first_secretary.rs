use yihe_authz::Admitted;
use yihe_kernel::{CommunityName, Error, Result, UserId};
use yihe_proto::directory::v1::{self as pb, Post};
use yihe_store::Failure;

use crate::commands::appointment::invite;
use crate::convert;
use crate::directory::Directory;
use crate::domain::invitation::Invitation;
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, appointment, community, invitation};

struct Wanted {
    request: pb::InviteFirstSecretaryRequest,
    community: CommunityName,
    person: convert::Person,
    ids: (uuid::Uuid, UserId),
    code_hash: Vec<u8>,
}

/// `InviteFirstSecretary`: what the operator does once, before the committee acts.
pub async fn invite(
    directory: &Directory,
    admitted: Admitted,
    request: pb::InviteFirstSecretaryRequest,
) -> Result<pb::InviteFirstSecretaryResponse> {
    let name: CommunityName = convert::name("community", &request.community)?;
    if community::find(directory.reader(), &name.community).await?.is_none() {
        return Err(admitted.missing(name));
    }
    let by = admitted.without_target()?;
    let person = convert::first_secretary(&request)?;
    let code = secrets::enrolment_code(&name.community);
    let ids = (directory.store.ids().next(), directory.store.ids().next());
    let wanted = Wanted {
        request,
        community: name,
        person,
        ids,
        code_hash: code.hash,
    };
    let (invitation, fresh) = directory
        .write("directory.invite_first_secretary", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(%invitation, "first secretary invited");
    let enrolment_code = if fresh { code.text } else { String::new() };
    Ok(pb::InviteFirstSecretaryResponse {
        invitation,
        enrolment_code,
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(String, bool), Failure> {
    let id = &wanted.community.community;
    let now = writing.now;
    let community = community::lock(writing, id).await?;
    let committee = community.party_committee;
    let made = Invitation {
        community: id.clone(),
        id: wanted.ids.0.into(),
        organization: committee,
        post: Post::Secretary,
        person: wanted.ids.1,
        start_at: None,
        end_at: None,
        code_hash: None,
        expires_at: None,
        accepted_at: None,
        appointment: None,
        created_at: now,
    };
    let made = made.with_code(wanted.code_hash.clone(), now);
    if let Some(name) = writing
        .seen_before(id.as_str(), wanted.person.request_id, &wanted.request, &made.name())
        .await?
    {
        return Ok((name, false));
    }
    let held = appointment::was_ever_held(writing.tx(), id, committee, Post::Secretary).await?;
    if held || invitation::is_open_for(writing.tx(), id, committee, Post::Secretary, now).await? {
        return Err(Error::new(&reasons::SECRETARY_ALREADY_APPOINTED)
            .with("name", &wanted.community)
            .into());
    }
    invite::add(writing, &made, &wanted.person.full_name).await?;
    Ok((made.name().to_string(), true))
}
