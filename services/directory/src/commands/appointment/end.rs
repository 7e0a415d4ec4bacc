use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::appointment::Appointment;
use crate::domain::names::AppointmentName;
use crate::queries::appointment::{find, whole};
use crate::store::{Writing, appointment, community};

/// `EndAppointment`: ends an appointment at once.
pub async fn end(
    directory: &Directory,
    admitted: Admitted,
    request: pb::EndAppointmentRequest,
) -> Result<pb::Appointment> {
    let name: AppointmentName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let community = name.community.clone();
    let (ended, sequence) = directory
        .write(
            "directory.end_appointment",
            by,
            (name, request.etag),
            |writing, (name, etag)| Box::pin(write(writing, name, etag)),
        )
        .await?;
    tracing::info!(appointment = %ended.name(), "appointment ended");
    let revision = directory.revision(&community, sequence);
    Ok(pb::Appointment {
        revision,
        ..whole(directory, &ended).await?
    })
}

async fn write(writing: &Writing<'_>, name: &AppointmentName, etag: &str) -> Result<(Appointment, u64), Failure> {
    community::lock(writing, &name.community).await?;
    let found = appointment::find(writing.tx(), &name.community, name.appointment).await?;
    let found = found.ok_or_else(|| Error::not_found(name))?;
    let mut others =
        appointment::of_organization(writing.tx(), &name.community, found.organization, writing.now).await?;
    others.retain(|other| other.id != found.id);
    let ended = found.end(etag, &others, writing.now)?;
    appointment::update(writing, &ended).await?;
    told(writing, &ended).await?;
    let sequence = community::authority_changed(writing, &name.community).await?;
    Ok((ended, sequence))
}

/// Tells that an appointment ended.
pub async fn told(writing: &Writing<'_>, ended: &Appointment) -> Result<(), Failure> {
    let event = pb::AppointmentEnded {
        appointment: Some(convert::appointment(ended, String::new(), writing.now)),
    };
    writing.tell(&ended.community, &ended.name(), &event).await
}
