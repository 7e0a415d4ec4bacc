use yihe_authz::Admitted;
use yihe_kernel::{CommunityName, Result, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use super::check_not_from_above;
use crate::convert::{self, Person, Place};
use crate::directory::{Directory, settle};
use crate::domain::appointment::check_free;
use crate::domain::facts::Facts;
use crate::domain::invitation::Invitation;
use crate::secrets;
use crate::store::{Writing, appointment, community, invitation, membership, person};

struct Wanted {
    request: pb::CreateInvitationRequest,
    community: CommunityName,
    place: Place,
    person: Person,
    ids: (uuid::Uuid, UserId),
    code_hash: Vec<u8>,
}

/// `CreateInvitation`: invites a person to a post.
pub async fn invite(
    directory: &Directory,
    admitted: Admitted,
    request: pb::CreateInvitationRequest,
) -> Result<pb::CreateInvitationResponse> {
    let name: CommunityName = convert::name("parent", &request.parent)?;
    let by = settle(
        admitted,
        Facts::owned_by(convert::organization_named(&request.organization)),
    )?;
    let (place, person) = convert::invitation(&request)?;
    let code = secrets::enrolment_code(&name.community);
    let ids = (directory.store.ids().next(), directory.store.ids().next());
    let wanted = Wanted {
        request,
        community: name,
        place,
        person,
        ids,
        code_hash: code.hash,
    };
    let (invitation, fresh) = directory
        .write("directory.invite", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(%invitation, "person invited");
    let enrolment_code = if fresh { code.text } else { String::new() };
    Ok(pb::CreateInvitationResponse {
        invitation,
        enrolment_code,
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(String, bool), Failure> {
    let (id, place, now) = (&wanted.community.community, &wanted.place, writing.now);
    let locked = community::lock(writing, id).await?;
    let made = Invitation {
        community: id.clone(),
        id: wanted.ids.0.into(),
        organization: place.organization,
        post: place.post,
        person: wanted.ids.1,
        start_at: place.start_at,
        end_at: place.end_at,
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
    let organization = membership::require_active(writing.tx(), id, place.organization).await?;
    check_not_from_above(writing, id, &locked.region, (organization.kind, place.post)).await?;
    let held = appointment::of_organization(writing.tx(), id, place.organization, now).await?;
    check_free(&organization, place.post, None, made.term(now)?, &held)?;
    add(writing, &made, &wanted.person.full_name).await?;
    Ok((made.name().to_string(), true))
}

/// Adds an invitation of a new person.
pub async fn add(writing: &Writing<'_>, made: &Invitation, full_name: &str) -> Result<(), Failure> {
    person::insert(writing, made.person, full_name).await?;
    add_known(writing, made).await
}

/// Adds an invitation of a person whose name is there already.
pub async fn add_known(writing: &Writing<'_>, made: &Invitation) -> Result<(), Failure> {
    invitation::insert(writing, made).await?;
    let event = pb::PersonInvited {
        invitation: made.name().to_string(),
        organization: convert::organization_name(made.organization),
        post: made.post.into(),
    };
    writing.tell(&made.community, &made.name(), &event).await
}
