use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::names::InvitedPersonName;
use crate::service::Service;
use crate::{events, queries, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: InvitedPersonName,
}

pub async fn withdraw(
    service: &Arc<Service>,
    request: Request<pb::WithdrawInvitationRequest>,
) -> Result<pb::InvitedPerson> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: InvitedPersonName = name("name", &request.name)?;
    let (by, _) = service.invited_person(admitted, &name).await?;
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        name: name.clone(),
    };
    service
        .store
        .transaction("meeting.withdraw_invitation", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "invitation withdrawn");
    queries::invited_person::told(service, &name).await
}

async fn apply(tx: &Tx, Withdraw { service, by, name }: &Withdraw) -> Result<(), Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let invited = store::invited_person::find(tx, name).await?;
    let invited = invited.ok_or_else(|| Error::not_found(name))?.withdraw(&meeting, now)?;
    store::invited_person::withdraw(tx, by, name, now).await?;
    events::append(tx, by, events::InvitationWithdrawn, &meeting.name, name, now).await?;
    let visitors = store::presence::visitors(tx, &meeting.name).await?;
    let there = visitors
        .present()
        .find(|presence| presence.invited == Some(invited.name.invited_person));
    if let Some(presence) = there {
        store::presence::end(tx, by, &meeting.name, presence, now).await?;
        events::append(tx, by, events::CheckedOut, &meeting.name, &meeting.name, now).await?;
    }
    Ok(())
}
