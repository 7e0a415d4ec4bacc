use yihe_kernel::{Error, Result, UserId, UserName};
use yihe_store::Failure;

use crate::commands::appointment::create;
use crate::domain::appointment::{Appointment, check_free};
use crate::domain::invitation::Invitation;
use crate::domain::names::AppointmentId;
use crate::reasons;
use crate::store::{Writing, appointment, invitation, membership};

/// Makes an appointment of an open invitation; returns it and the sequence of the community's authority.
pub async fn take(
    writing: &Writing<'_>,
    invited: Invitation,
    user: UserId,
    id: AppointmentId,
) -> Result<(Appointment, u64), Failure> {
    let now = writing.now;
    let organization = membership::require_active(writing.tx(), &invited.community, invited.organization).await?;
    let term = invited.term(now)?;
    let held = appointment::of_organization(writing.tx(), &invited.community, organization.id, now).await?;
    check_free(&organization, invited.post, Some(user), term, &held)?;
    let made = Appointment {
        community: invited.community.clone(),
        id,
        user,
        organization: organization.id,
        kind: organization.kind,
        post: invited.post,
        start_at: invited.start_at.unwrap_or(now),
        end_at: invited.end_at,
        ended_at: None,
        version: 1,
    };
    let accepted = Invitation {
        accepted_at: Some(now),
        appointment: Some(id),
        person: user,
        ..invited
    };
    invitation::update(writing, &accepted).await?;
    let sequence = create::add(writing, &made, UserName { user }.to_string()).await?;
    Ok((made, sequence))
}

/// The refusal of a code, whatever is wrong with it.
pub fn wrong_code() -> Error {
    Error::new(&reasons::ENROLMENT_CODE_WRONG)
}
