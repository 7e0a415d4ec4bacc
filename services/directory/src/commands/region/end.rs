use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::RegionAppointmentName;
use crate::domain::region_post::RegionAppointment;
use crate::queries::region_appointment::{find, whole};
use crate::store::{Writing, region_appointment, region_committee};

/// `EndRegionAppointment`: ends an appointment in a region's committee at once.
pub async fn end(
    directory: &Directory,
    admitted: Admitted,
    request: pb::EndRegionAppointmentRequest,
) -> Result<pb::RegionAppointment> {
    let name: RegionAppointmentName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let place = Scope::Region(name.region.clone());
    let (ended, sequence) = directory
        .write(
            "directory.end_region_appointment",
            by,
            (name, request.etag),
            |writing, (name, etag)| Box::pin(write(writing, name, etag)),
        )
        .await?;
    tracing::info!(appointment = %ended.name(), "appointment in a region ended");
    Ok(pb::RegionAppointment {
        revision: directory.revision_at(&place, sequence),
        ..whole(directory, &ended).await?
    })
}

async fn write(
    writing: &Writing<'_>,
    name: &RegionAppointmentName,
    etag: &str,
) -> Result<(RegionAppointment, u64), Failure> {
    region_committee::lock(writing, &name.region).await?;
    let found = region_appointment::find(writing.tx(), &name.region, name.appointment).await?;
    let found = found.ok_or_else(|| Error::not_found(name))?;
    let mut others = region_appointment::of_region(writing.tx(), &name.region, writing.now).await?;
    others.retain(|other| other.id != found.id);
    let ended = found.end(etag, &others, writing.now)?;
    let sequence = put(writing, &ended).await?;
    Ok((ended, sequence))
}

/// Writes and tells that an appointment ended; authority changes. Returns the region's new sequence.
pub async fn put(writing: &Writing<'_>, ended: &RegionAppointment) -> Result<u64, Failure> {
    region_appointment::update(writing, ended).await?;
    let event = pb::RegionAppointmentEnded {
        appointment: Some(convert::region_appointment(ended, String::new(), writing.now)),
    };
    let place = Scope::Region(ended.region.clone());
    writing
        .tell_at(writing.actor(), &place, ended.name().to_string(), &event)
        .await?;
    region_committee::authority_changed(writing, &ended.region).await
}
