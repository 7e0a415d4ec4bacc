use yihe_authz::Admitted;
use yihe_kernel::{Error, Result};
use yihe_proto::directory::v1 as pb;
use yihe_store::Failure;

use crate::commands::appointment::invite;
use crate::commands::membership::create as memberships;
use crate::convert;
use crate::directory::Directory;
use crate::domain::application::{Admission, Application};
use crate::domain::client::Client;
use crate::domain::invitation::Invitation;
use crate::domain::membership::{Membership, Organization};
use crate::domain::names::ApplicationName;
use crate::domain::post::leading_post;
use crate::queries::application::{find, whole};
use crate::store::{Writing, application, client, community, membership};

/// `AdmitApplication`: makes the applicant a member with a client and an invitation. Secret and code are made when they are
/// collected, so that nobody else ever holds them.
pub async fn admit(
    directory: &Directory,
    admitted: Admitted,
    request: pb::AdmitApplicationRequest,
) -> Result<pb::Application> {
    let name: ApplicationName = convert::name("name", &request.name)?;
    let (_, by) = find(directory, admitted, &name).await?;
    let ids = directory.store.ids();
    let admission = Admission {
        organization: ids.next(),
        client: ids.next(),
        invitation: ids.next(),
    };
    let community = name.community.clone();
    let (decided, sequence) = directory
        .write(
            "directory.admit",
            by,
            (name, admission),
            |writing, (name, admission)| Box::pin(write(writing, name, *admission)),
        )
        .await?;
    tracing::info!(application = %decided.name(), "application admitted");
    let revision = directory.revision(&community, sequence);
    Ok(pb::Application {
        revision,
        ..whole(directory, &decided).await?
    })
}

async fn write(
    writing: &Writing<'_>,
    name: &ApplicationName,
    admission: Admission,
) -> Result<(Application, u64), Failure> {
    let id = &name.community;
    community::lock(writing, id).await?;
    let found = application::find(writing.tx(), id, name.application).await?;
    let decided = found
        .ok_or_else(|| Error::not_found(name))?
        .admit(admission, writing.now)?;
    application::update(writing, &decided).await?;
    let event = pb::ApplicationAdmitted {
        application: Some(convert::application_event(&decided)),
    };
    writing.tell(id, name, &event).await?;
    add_member(writing, &decided, admission).await?;
    add_client(writing, &decided, admission).await?;
    add_invitation(writing, &decided, admission).await?;
    let sequence = community::authority_changed(writing, id).await?;
    Ok((decided, sequence))
}

async fn add_member(writing: &Writing<'_>, decided: &Application, admission: Admission) -> Result<(), Failure> {
    let display_name = decided.display_name.clone();
    let made = Membership {
        community: decided.community.clone(),
        organization: Organization {
            id: admission.organization,
            kind: decided.kind,
            display_name,
        },
        superior: None,
        external_ref: None,
        created_at: writing.now,
        ended_at: None,
        version: 1,
    };
    membership::insert_organization(writing, &made.organization).await?;
    membership::insert(writing, &made).await?;
    memberships::told(writing, &made).await
}

async fn add_client(writing: &Writing<'_>, decided: &Application, admission: Admission) -> Result<(), Failure> {
    let made = Client {
        community: decided.community.clone(),
        id: admission.client,
        organization: admission.organization,
        kind: decided.kind,
        created_at: writing.now,
        secret_hash: None,
        previous: None,
        rotated_at: None,
        cutoff_at: None,
        revoked_at: None,
    };
    client::insert(writing, &made).await?;
    let event = pb::ClientCreated {
        client: Some(convert::client(&made)),
    };
    writing.tell(&made.community, &made.name(), &event).await
}

async fn add_invitation(writing: &Writing<'_>, decided: &Application, admission: Admission) -> Result<(), Failure> {
    let no_post = || Error::internal(format!("{:?} applied and has no post", decided.kind));
    let made = Invitation {
        community: decided.community.clone(),
        id: admission.invitation,
        organization: admission.organization,
        post: leading_post(decided.kind).ok_or_else(no_post)?,
        person: decided.contact,
        start_at: None,
        end_at: None,
        code_hash: None,
        expires_at: None,
        accepted_at: None,
        appointment: None,
        created_at: writing.now,
    };
    invite::add_known(writing, &made).await
}
