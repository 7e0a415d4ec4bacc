use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{RegionName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::Directory;
use crate::domain::names::RegionAppointmentName;
use crate::domain::region_post::RegionAppointment;
use crate::store::{person, region_appointment, region_committee};

/// An appointment that the caller may act on, and the proof.
pub async fn find(
    directory: &Directory,
    admitted: Admitted,
    name: &RegionAppointmentName,
) -> Result<(RegionAppointment, Authorized)> {
    let Some(found) = region_appointment::find(directory.reader(), &name.region, name.appointment).await? else {
        return Err(admitted.missing(name));
    };
    Ok((found, admitted.without_target()?))
}

/// An appointment with the person's name.
pub async fn whole(directory: &Directory, held: &RegionAppointment) -> Result<pb::RegionAppointment> {
    let full_name = person::name(directory.reader(), held.user).await?;
    Ok(convert::region_appointment(held, full_name, directory.now()))
}

/// `GetRegionAppointment`.
pub async fn get(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetRegionAppointmentRequest,
) -> Result<pb::RegionAppointment> {
    let name = convert::name("name", &request.name)?;
    let (found, _) = find(directory, admitted, &name).await?;
    whole(directory, &found).await
}

/// `ListRegionAppointments`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListRegionAppointmentsRequest,
) -> Result<pb::ListRegionAppointmentsResponse> {
    let parent: RegionName = convert::name("parent", &request.parent)?;
    admitted.without_target()?;
    let query = format!("region appointments|{parent}");
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (after, limit) = (page.after.as_deref(), page.limit + 1);
    let rows = region_appointment::list(directory.reader(), &parent.region, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |held| held.id.to_string());
    let names = person::names(directory.reader(), rows.iter().map(|row| row.user)).await?;
    let now = directory.now();
    let whole = |row: &RegionAppointment| {
        convert::region_appointment(row, names.get(&row.user).cloned().unwrap_or_default(), now)
    };
    Ok(pb::ListRegionAppointmentsResponse {
        appointments: rows.iter().map(whole).collect(),
        next_page_token,
    })
}

/// `GetRegionCommittee`.
pub async fn committee(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetRegionCommitteeRequest,
) -> Result<pb::RegionCommittee> {
    let parent: RegionName = convert::name("parent", &request.parent)?;
    admitted.without_target()?;
    let found = region_committee::require(directory.reader(), &parent.region).await?;
    Ok(convert::region_committee(&found))
}
