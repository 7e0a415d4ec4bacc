use yihe_authz::Admitted;
use yihe_kernel::Result;
use yihe_proto::directory::v1 as pb;

use crate::directory::Directory;
use crate::store::calendar;

/// `GetCalendars`.
pub async fn get(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetCalendarsRequest,
) -> Result<pb::GetCalendarsResponse> {
    admitted.without_target()?;
    let files = calendar::files(directory.reader(), &request.years).await?;
    let imported = |(year, content)| pb::ImportedCalendar { year, content };
    Ok(pb::GetCalendarsResponse {
        calendars: files.into_iter().map(imported).collect(),
    })
}
