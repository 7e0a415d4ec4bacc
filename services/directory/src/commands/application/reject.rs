use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::convert;
use crate::directory::Directory;
use crate::domain::application::Application;
use crate::domain::names::ApplicationName;
use crate::queries::application::{find, whole};
use crate::store::{Writing, application, community};

/// `RejectApplication`: turns an applicant down.
pub async fn reject(
    directory: &Directory,
    admitted: Admitted,
    request: pb::RejectApplicationRequest,
) -> Result<pb::Application> {
    let name: ApplicationName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let reason = convert::rejection(&request)?;
    let decided = directory
        .write("directory.reject", by, (name, reason), |writing, (name, reason)| {
            Box::pin(write(writing, name, reason))
        })
        .await?;
    tracing::info!(application = %decided.name(), "application rejected");
    whole(directory, &decided).await
}

async fn write(writing: &Writing<'_>, name: &ApplicationName, reason: &str) -> Result<Application, Failure> {
    community::lock(writing, &name.community).await?;
    let found = application::find(writing.tx(), &name.community, name.application).await?;
    let decided = found
        .ok_or_else(|| Error::not_found(name))?
        .reject(reason.to_owned(), writing.now)?;
    application::update(writing, &decided).await?;
    let event = pb::ApplicationRejected {
        application: Some(convert::application_event(&decided)),
    };
    writing.tell(&name.community, name, &event).await?;
    Ok(decided)
}
