use yihe_authz::{Admitted, Authorized};
use yihe_kernel::{CommunityName, Result};
use yihe_proto::directory::v1 as pb;

use crate::convert;
use crate::directory::{Directory, sight};
use crate::domain::application::Application;
use crate::domain::names::ApplicationName;
use crate::store::{application, person};

/// An application that the caller may act on, and the proof.
pub async fn find(
    directory: &Directory,
    admitted: Admitted,
    name: &ApplicationName,
) -> Result<(Application, Authorized)> {
    let Some(found) = application::find(directory.reader(), &name.community, name.application).await? else {
        return Err(admitted.missing(name));
    };
    Ok((found, admitted.without_target()?))
}

/// An application with its contact's name.
pub async fn whole(directory: &Directory, application: &Application) -> Result<pb::Application> {
    let contact_name = person::name(directory.reader(), application.contact).await?;
    Ok(convert::application(application, contact_name))
}

/// `GetApplication`.
pub async fn get(
    directory: &Directory,
    admitted: Admitted,
    request: pb::GetApplicationRequest,
) -> Result<pb::Application> {
    let name = convert::name("name", &request.name)?;
    let (found, _) = find(directory, admitted, &name).await?;
    whole(directory, &found).await
}

/// `ListApplications`.
pub async fn list(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ListApplicationsRequest,
) -> Result<pb::ListApplicationsResponse> {
    let parent: CommunityName = convert::name("parent", &request.parent)?;
    let sight = sight(admitted);
    let state = convert::only::<pb::ApplicationState>("state", request.state)?;
    let query = format!("applications|{parent}|{}", request.state);
    let page = directory.store.page(&query, request.page_size, &request.page_token)?;
    let (after, limit) = (page.after.as_deref(), page.limit + 1);
    let rows = application::list(directory.reader(), &parent.community, &sight, state, after, limit).await?;
    let (rows, next_page_token) = page.next(rows, |application| application.id.to_string());
    let names = person::names(directory.reader(), rows.iter().map(|row| row.contact)).await?;
    let whole = |row: &Application| convert::application(row, names.get(&row.contact).cloned().unwrap_or_default());
    Ok(pb::ListApplicationsResponse {
        applications: rows.iter().map(whole).collect(),
        next_page_token,
    })
}
