use yihe_authz::Admitted;
use yihe_kernel::{CommunityId, Error, Result, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::sign_in::enrol::open;
use crate::commands::sign_in::take_post::{take, wrong_code};
use crate::directory::Directory;
use crate::domain::appointment::Appointment;
use crate::domain::names::AppointmentId;
use crate::store::{Writing, application, community, invitation, person};
use crate::throttle::Door;

struct Wanted {
    community: CommunityId,
    code_hash: Vec<u8>,
    user: UserId,
    id: AppointmentId,
}

/// `AcceptInvitation`: takes a further post as the signed-in person.
pub async fn accept(
    directory: &Directory,
    admitted: Admitted,
    request: pb::AcceptInvitationRequest,
) -> Result<pb::AcceptInvitationResponse> {
    directory
        .throttle
        .admit(Door::Enrol, admitted.caller().address.as_deref())?;
    let by = directory.signed_in(admitted).await?;
    let user = by
        .user()
        .ok_or_else(|| Error::new(&yihe_kernel::reasons::PERSONS_ONLY))?;
    let (community, code_hash) = open(directory, &request.enrolment_code).await?;
    let wanted = Wanted {
        community: community.clone(),
        code_hash,
        user,
        id: directory.store.ids().next(),
    };
    let (made, sequence) = directory
        .write("directory.accept_invitation", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(appointment = %made.name(), "invitation accepted");
    let revision = directory.revision(&community, sequence);
    Ok(pb::AcceptInvitationResponse {
        appointment: made.name().to_string(),
        revision,
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(Appointment, u64), Failure> {
    community::lock(writing, &wanted.community).await?;
    let invited = invitation::open_with_code(writing.tx(), &wanted.community, &wanted.code_hash, writing.now).await?;
    let invited = invited.ok_or_else(wrong_code)?;
    if invited.person != wanted.user {
        known_already(writing, wanted, invited.person, invited.organization).await?;
    }
    take(writing, invited, wanted.user, wanted.id).await
}

/// The invited person turns out to have an account: the name given with the invitation goes, the account's stays.
async fn known_already(
    writing: &Writing<'_>,
    wanted: &Wanted,
    invited: UserId,
    organization: yihe_kernel::OrganizationId,
) -> Result<(), Failure> {
    person::erase(writing, invited).await?;
    let applied = application::of_organization(writing.tx(), &wanted.community, organization).await?;
    if let Some(mut applied) = applied.filter(|applied| applied.contact == invited) {
        applied.contact = wanted.user;
        application::update(writing, &applied).await?;
    }
    Ok(())
}
