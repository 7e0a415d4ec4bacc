use yihe_authz::Admitted;
use yihe_kernel::{CommunityName, Error, Result, UserId, UserName};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use super::check_not_from_above;
use crate::convert::{self, Place};
use crate::directory::{Directory, settle};
use crate::domain::appointment::{Appointment, check_free};
use crate::domain::facts::Facts;
use crate::domain::names::{AppointmentId, AppointmentName};
use crate::domain::term;
use crate::queries::appointment::whole;
use crate::reasons;
use crate::store::{Writing, appointment, community, membership, user};

struct Wanted {
    request: pb::CreateAppointmentRequest,
    community: CommunityName,
    place: Place,
    user: UserId,
    request_id: Option<uuid::Uuid>,
    id: AppointmentId,
}

/// `CreateAppointment`: appoints a person who is enrolled.
pub async fn create(
    directory: &Directory,
    admitted: Admitted,
    request: pb::CreateAppointmentRequest,
) -> Result<pb::Appointment> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let by = settle(
        admitted,
        Facts::owned_by(convert::organization_named(&request.organization)),
    )?;
    let (place, user, request_id) = convert::new_appointment(&request)?;
    let id = directory.store.ids().next();
    let wanted = Wanted {
        request,
        community: parent.clone(),
        place,
        user,
        request_id,
        id,
    };
    let name = directory
        .write("directory.appoint", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(appointment = %name, "person appointed");
    let name: AppointmentName = convert::name("name", &name)?;
    let made = appointment::find(directory.reader(), &name.community, name.appointment).await?;
    let made = made.ok_or_else(|| Error::not_found(&name))?;
    let community = community::require(directory.reader(), &parent.community).await?;
    let revision = directory.revision(&community.id, community.authority_sequence);
    Ok(pb::Appointment {
        revision,
        ..whole(directory, &made).await?
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<String, Failure> {
    let (id, place, now) = (&wanted.community.community, &wanted.place, writing.now);
    let locked = community::lock(writing, id).await?;
    let name = AppointmentName {
        community: id.clone(),
        appointment: wanted.id,
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), wanted.request_id, &wanted.request, &name)
        .await?
    {
        return Ok(name);
    }
    let organization = membership::require_active(writing.tx(), id, place.organization).await?;
    check_not_from_above(writing, id, &locked.region, (organization.kind, place.post)).await?;
    if user::find(writing.tx(), wanted.user).await?.is_none() {
        return Err(Error::new(&reasons::USER_NOT_FOUND)
            .with("name", UserName { user: wanted.user })
            .into());
    }
    let term = term::beginning(place.start_at, place.end_at, now)?;
    let held = appointment::of_organization(writing.tx(), id, place.organization, now).await?;
    check_free(&organization, place.post, Some(wanted.user), term, &held)?;
    let made = Appointment {
        community: id.clone(),
        id: wanted.id,
        user: wanted.user,
        organization: organization.id,
        kind: organization.kind,
        post: place.post,
        start_at: place.start_at.unwrap_or(now),
        end_at: place.end_at,
        ended_at: None,
        version: 1,
    };
    add(writing, &made, writing.actor()).await?;
    Ok(name.to_string())
}

/// Adds an appointment; authority changes.
pub async fn add(writing: &Writing<'_>, made: &Appointment, actor: String) -> Result<u64, Failure> {
    appointment::insert(writing, made).await?;
    let event = pb::AppointmentMade {
        appointment: Some(convert::appointment(made, String::new(), writing.now)),
    };
    writing.tell_as(actor, &made.community, &made.name(), &event).await?;
    community::authority_changed(writing, &made.community).await
}
