use yihe_authz::Scope;
use yihe_kernel::{Error, Result, UserId, UserName};
use yihe_store::Failure;

use crate::commands::appointment::create;
use crate::commands::region::appoint;
use crate::domain::appointment::{Appointment, check_free};
use crate::domain::invitation::Invitation;
use crate::domain::names::AppointmentId;
use crate::domain::region_post::RegionInvitation;
use crate::reasons;
use crate::store::{Writing, appointment, community, invitation, membership, region_committee, region_invitation};

/// An invitation whose code can be used.
pub enum Open {
    Community(Invitation),
    Region(RegionInvitation),
}

impl Open {
    /// The invited person.
    pub fn person(&self) -> UserId {
        match self {
            Self::Community(invited) => invited.person,
            Self::Region(invited) => invited.person,
        }
    }
}

/// A post that was taken.
pub struct Taken {
    pub user: UserId,
    /// Name of the appointment.
    pub appointment: String,
    /// The new sequence of the place's authority.
    pub sequence: u64,
}

/// Holds the place and finds the invitation that a code belongs to.
///
/// # Errors
/// `ENROLMENT_CODE_WRONG`.
pub async fn hold(writing: &Writing<'_>, place: &Scope, code_hash: &[u8]) -> Result<Open, Failure> {
    let (tx, now) = (writing.tx(), writing.now);
    let found = match place {
        Scope::Community(id) => {
            community::lock(writing, id).await?;
            let found = invitation::open_with_code(tx, id, code_hash, now).await?;
            found.map(Open::Community)
        }
        Scope::Region(id) => {
            region_committee::lock(writing, id).await?;
            let found = region_invitation::open_with_code(tx, id, code_hash, now).await?;
            found.map(Open::Region)
        }
    };
    Ok(found.ok_or_else(wrong_code)?)
}

/// Makes an appointment of an open invitation.
pub async fn take(writing: &Writing<'_>, open: Open, user: UserId, id: AppointmentId) -> Result<Taken, Failure> {
    match open {
        Open::Community(invited) => in_community(writing, invited, user, id).await,
        Open::Region(invited) => in_region(writing, invited, user, id).await,
    }
}

async fn in_community(
    writing: &Writing<'_>,
    invited: Invitation,
    user: UserId,
    id: AppointmentId,
) -> Result<Taken, Failure> {
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
    Ok(Taken {
        user,
        appointment: made.name().to_string(),
        sequence,
    })
}

async fn in_region(
    writing: &Writing<'_>,
    invited: RegionInvitation,
    user: UserId,
    id: AppointmentId,
) -> Result<Taken, Failure> {
    let committee = region_committee::require(writing.tx(), &invited.region).await?;
    let terms = (invited.start_at, invited.end_at);
    let made = appoint::appointment(writing, &committee, (id.uuid(), user), invited.post, terms).await?;
    let accepted = RegionInvitation {
        accepted_at: Some(writing.now),
        appointment: Some(id),
        person: user,
        ..invited
    };
    region_invitation::update(writing, &accepted).await?;
    let sequence = appoint::add(writing, &made, UserName { user }.to_string()).await?;
    Ok(Taken {
        user,
        appointment: made.name().to_string(),
        sequence,
    })
}

/// The refusal of a code, whatever is wrong with it.
pub fn wrong_code() -> Error {
    Error::new(&reasons::ENROLMENT_CODE_WRONG)
}
