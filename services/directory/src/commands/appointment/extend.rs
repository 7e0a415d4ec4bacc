use yihe_authz::Admitted;
use yihe_kernel::{Error, Result, Timestamp, UserId};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use super::check_not_from_above;
use crate::convert;
use crate::directory::Directory;
use crate::domain::appointment::Appointment;
use crate::domain::names::AppointmentName;
use crate::queries::appointment::{find, whole};
use crate::reasons;
use crate::store::{Writing, appointment, community, membership};

/// A prolongation as it was asked for.
pub struct Extension {
    pub until: Timestamp,
    pub etag: String,
    /// Who asks; nobody prolongs a term of their own.
    pub asked_by: Option<UserId>,
}

impl Extension {
    /// Refuses whoever asks for a longer term of their own.
    ///
    /// # Errors
    /// `OWN_TERM`.
    pub fn check_not_own(&self, holder: UserId) -> Result<()> {
        if self.asked_by == Some(holder) {
            return Err(Error::new(&reasons::OWN_TERM));
        }
        Ok(())
    }
}

/// `ExtendAppointment`: prolongs the term of an appointment.
pub async fn extend(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ExtendAppointmentRequest,
) -> Result<pb::Appointment> {
    let name: AppointmentName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let community = name.community.clone();
    let extension = Extension {
        until: convert::new_end(request.end_time.as_ref())?,
        etag: request.etag,
        asked_by: by.user(),
    };
    let (extended, sequence) = directory
        .write(
            "directory.extend_appointment",
            by,
            (name, extension),
            |writing, (name, extension)| Box::pin(write(writing, name, extension)),
        )
        .await?;
    tracing::info!(appointment = %extended.name(), "term prolonged");
    let revision = directory.revision(&community, sequence);
    Ok(pb::Appointment {
        revision,
        ..whole(directory, &extended).await?
    })
}

async fn write(
    writing: &Writing<'_>,
    name: &AppointmentName,
    extension: &Extension,
) -> Result<(Appointment, u64), Failure> {
    let id = &name.community;
    let locked = community::lock(writing, id).await?;
    let found = appointment::find(writing.tx(), id, name.appointment).await?;
    let found = found.ok_or_else(|| Error::not_found(name))?;
    check_not_from_above(writing, id, &locked.region, (found.kind, found.post)).await?;
    put(writing, found, extension).await
}

/// Prolongs an appointment of a community whose row is held, and tells it; authority changes.
pub async fn put(
    writing: &Writing<'_>,
    found: Appointment,
    extension: &Extension,
) -> Result<(Appointment, u64), Failure> {
    let (id, now) = (found.community.clone(), writing.now);
    extension.check_not_own(found.user)?;
    let organization = membership::require_active(writing.tx(), &id, found.organization).await?;
    let mut others = appointment::of_organization(writing.tx(), &id, found.organization, now).await?;
    others.retain(|other| other.id != found.id);
    let before = found.end_at;
    let extended = found.extend(&extension.etag, extension.until, &organization, &others, now)?;
    appointment::update(writing, &extended).await?;
    let event = pb::AppointmentExtended {
        appointment: Some(convert::appointment(&extended, String::new(), now)),
        previous_end_time: before.map(Timestamp::to_proto),
    };
    writing.tell(&id, &extended.name(), &event).await?;
    let sequence = community::authority_changed(writing, &id).await?;
    Ok((extended, sequence))
}
