use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Error, Result, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::sign_in::enrol::open;
use crate::commands::sign_in::take_post::{Open, Taken, hold, take};
use crate::directory::Directory;
use crate::domain::invitation::Invitation;
use crate::domain::names::AppointmentId;
use crate::store::{Writing, application, person};
use crate::throttle::Door;

struct Wanted {
    place: Scope,
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
    let (place, code_hash) = open(directory, &request.enrolment_code).await?;
    let wanted = Wanted {
        place: place.clone(),
        code_hash,
        user,
        id: directory.store.ids().next(),
    };
    let taken = directory
        .write("directory.accept_invitation", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(appointment = taken.appointment, "invitation accepted");
    Ok(pb::AcceptInvitationResponse {
        appointment: taken.appointment,
        revision: directory.revision_at(&place, taken.sequence),
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<Taken, Failure> {
    let invited = hold(writing, &wanted.place, &wanted.code_hash).await?;
    let person = invited.person();
    if person != wanted.user {
        person::erase(writing, person).await?;
        if let Open::Community(invited) = &invited {
            known_already(writing, wanted.user, invited).await?;
        }
    }
    take(writing, invited, wanted.user, wanted.id).await
}

/// The invited person turns out to have an account: the name given with the invitation is gone, the account's stays.
async fn known_already(writing: &Writing<'_>, user: UserId, invited: &Invitation) -> Result<(), Failure> {
    let applied = application::of_organization(writing.tx(), &invited.community, invited.organization).await?;
    if let Some(mut applied) = applied.filter(|applied| applied.contact == invited.person) {
        applied.contact = user;
        application::update(writing, &applied).await?;
    }
    Ok(())
}
