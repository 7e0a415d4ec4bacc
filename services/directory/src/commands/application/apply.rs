use yihe_authz::Admitted;
use yihe_kernel::{CommunityName, Error, Result, UserId};
use yihe_proto::directory::v1::{self as pb, ApplicationState};
use yihe_store::Failure;

use crate::convert::{self, NewApplication};
use crate::directory::Directory;
use crate::domain::application::Application;
use crate::domain::names::ApplicationId;
use crate::reasons;
use crate::secrets;
use crate::store::{Writing, application, community, person};
use crate::throttle::Door;

struct Wanted {
    request: pb::ApplyForMembershipRequest,
    application: NewApplication,
    ids: (ApplicationId, UserId),
    claim_hash: Vec<u8>,
    most_pending: u64,
}

/// `ApplyForMembership`: takes an application of whoever asks.
pub async fn apply(
    directory: &Directory,
    admitted: Admitted,
    request: pb::ApplyForMembershipRequest,
) -> Result<pb::ApplyForMembershipResponse> {
    directory
        .throttle
        .admit(Door::Apply, admitted.caller().address.as_deref())?;
    let by = admitted.without_target()?;
    let application = convert::new_application(&request)?;
    // known communities only: strangers must not fill the throttle's memory with made-up ones
    let community = &application.community.community;
    community::require(directory.reader(), community).await?;
    directory.throttle.admit_application(community)?;
    let claim = secrets::claim_code();
    let ids = (directory.store.ids().next(), directory.store.ids().next());
    let most_pending = directory.config.pending_applications;
    let wanted = Wanted {
        request,
        application,
        ids,
        claim_hash: claim.hash,
        most_pending,
    };
    let (application, fresh) = directory
        .write("directory.apply", by, wanted, |writing, wanted| {
            Box::pin(write(writing, wanted))
        })
        .await?;
    tracing::info!(%application, "application received");
    let claim_code = if fresh { claim.text } else { String::new() };
    Ok(pb::ApplyForMembershipResponse {
        application,
        claim_code,
    })
}

async fn write(writing: &Writing<'_>, wanted: &Wanted) -> Result<(String, bool), Failure> {
    let new = &wanted.application;
    let id = &new.community.community;
    community::lock(writing, id).await?;
    let made = Application {
        community: id.clone(),
        id: wanted.ids.0,
        kind: new.kind,
        display_name: new.display_name.clone(),
        contact: wanted.ids.1,
        statement: new.statement.clone(),
        claim_hash: wanted.claim_hash.clone(),
        state: ApplicationState::Pending,
        rejection_reason: None,
        created_at: writing.now,
        decided_at: None,
        admission: None,
        collected_at: None,
    };
    if let Some(name) = writing
        .seen_before(id.as_str(), new.request_id, &wanted.request, &made.name())
        .await?
    {
        return Ok((name, false));
    }
    if application::pending(writing.tx(), id).await? >= wanted.most_pending {
        let name = CommunityName { community: id.clone() };
        let full = Error::new(&reasons::TOO_MANY_APPLICATIONS)
            .with("name", name)
            .with("limit", wanted.most_pending);
        return Err(full.into());
    }
    person::insert(writing, made.contact, &new.contact_name).await?;
    application::insert(writing, &made).await?;
    let event = pb::ApplicationReceived {
        application: Some(convert::application_event(&made)),
    };
    writing.tell(id, &made.name(), &event).await?;
    Ok((made.name().to_string(), true))
}
