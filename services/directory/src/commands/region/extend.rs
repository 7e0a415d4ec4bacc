use yihe_authz::{Admitted, Scope};
use yihe_kernel::{Error, RegionName, Result, Timestamp};
use yihe_proto::directory::v1::{self as pb, Post};
use yihe_store::Failure;

use crate::commands::appointment::extend::Extension;
use crate::convert;
use crate::directory::Directory;
use crate::domain::names::RegionAppointmentName;
use crate::domain::region_committee::RegionCommittee;
use crate::domain::region_post::RegionAppointment;
use crate::queries::region_appointment::{find, whole};
use crate::reasons;
use crate::store::{Writing, region_appointment, region_committee};

/// `ExtendRegionAppointment`: prolongs the term of an appointment in a region's committee.
pub async fn extend(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ExtendRegionAppointmentRequest,
) -> Result<pb::RegionAppointment> {
    let name: RegionAppointmentName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let place = Scope::Region(name.region.clone());
    let extension = Extension {
        until: convert::new_end(request.end_time.as_ref())?,
        etag: request.etag,
        asked_by: by.user(),
    };
    let (extended, sequence) = directory
        .write(
            "directory.extend_region_appointment",
            by,
            (name, extension),
            |writing, (name, extension)| Box::pin(write(writing, name, extension)),
        )
        .await?;
    tracing::info!(appointment = %extended.name(), "term in a region prolonged");
    Ok(pb::RegionAppointment {
        revision: directory.revision_at(&place, sequence),
        ..whole(directory, &extended).await?
    })
}

async fn write(
    writing: &Writing<'_>,
    name: &RegionAppointmentName,
    extension: &Extension,
) -> Result<(RegionAppointment, u64), Failure> {
    let committee = region_committee::lock(writing, &name.region).await?;
    let found = region_appointment::find(writing.tx(), &name.region, name.appointment).await?;
    let found = found.ok_or_else(|| Error::not_found(name))?;
    if found.post == Post::Secretary {
        let name = RegionName {
            region: name.region.clone(),
        };
        return Err(Error::new(&reasons::SECRETARY_FROM_ABOVE).with("name", name).into());
    }
    put(writing, &committee, found, extension).await
}

/// Prolongs an appointment in a committee whose row is held, and tells it; authority changes.
pub async fn put(
    writing: &Writing<'_>,
    committee: &RegionCommittee,
    found: RegionAppointment,
    extension: &Extension,
) -> Result<(RegionAppointment, u64), Failure> {
    let now = writing.now;
    extension.check_not_own(found.user)?;
    let mut others = region_appointment::of_region(writing.tx(), &found.region, now).await?;
    others.retain(|other| other.id != found.id);
    let before = found.end_at;
    let organization = &committee.organization;
    let extended = found.extend(&extension.etag, extension.until, organization, &others, now)?;
    region_appointment::update(writing, &extended).await?;
    let event = pb::RegionAppointmentExtended {
        appointment: Some(convert::region_appointment(&extended, String::new(), now)),
        previous_end_time: before.map(Timestamp::to_proto),
    };
    let place = Scope::Region(extended.region.clone());
    writing
        .tell_at(writing.actor(), &place, extended.name().to_string(), &event)
        .await?;
    let sequence = region_committee::authority_changed(writing, &extended.region).await?;
    Ok((extended, sequence))
}
