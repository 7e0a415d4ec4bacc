use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityName, OrganizationName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::{Directory, settle, sight};
use crate::domain::appointment::Appointment;
use crate::domain::facts::Facts;
use crate::domain::names::AppointmentName;
use crate::store::{appointment, person};

/// An appointment that the caller may act on, and the proof.
pub async fn find(
    directory: &Directory,
    admitted: Admitted,
    name: &AppointmentName,
) -> Result<(Appointment, Authorized)> {
    let Some(found) = appointment::find(directory.reader(), &name.community, name.appointment).await? else {
        return Err(admitted.missing(name));
    };
    let by = settle(admitted, Facts::from(&found))?;
    Ok((found, by))
}

/// An appointment with the person's name.
pub async fn whole(directory: &Directory, appointment: &Appointment) -> Result<pb::Appointment> {
    let full_name = person::name(directory.reader(), appointment.user).await?;
    Ok(convert::appointment(appointment, full_name, directory.now()))
}

/// `GetAppointment`.
pub async fn get(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetAppointmentRequest,
) -> Result<pb::Appointment> {
    let name = convert::name("name", &request.name)?;
    let (found, _) = find(directory, admitted, &name).await?;
    whole(directory, &found).await
}

/// `ListAppointments`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListAppointmentsRequest,
) -> Result<pb::ListAppointmentsResponse> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let organization: Option<OrganizationName> = convert::optional_name("organization", &request.organization)?;
    let sight = sight(admitted);
    let query = format!("appointments|{parent}|{}", request.organization);
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (only, after, limit) = (
        organization.map(|name| name.organization),
        page.after.as_deref(),
        page.limit + 1,
    );
    let rows = appointment::list(directory.reader(), &parent.community, &sight, only, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |appointment| appointment.id.to_string());
    let names = person::names(directory.reader(), rows.iter().map(|row| row.user)).await?;
    let now = directory.now();
    let whole = |row: &Appointment| convert::appointment(row, names.get(&row.user).cloned().unwrap_or_default(), now);
    Ok(pb::ListAppointmentsResponse {
        appointments: rows.iter().map(whole).collect(),
        next_page_token,
    })
}
