use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::Recusal;
use crate::names::RecusalName;
use crate::service::Service;
use crate::{events, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: RecusalName,
}

pub async fn withdraw(service: &Arc<Service>, request: Request<pb::WithdrawRecusalRequest>) -> Result<pb::Recusal> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RecusalName = name("name", &request.name)?;
    let (by, _) = service.recusal(admitted, &name).await?;
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        name,
    };
    let recusal = service
        .store
        .transaction("meeting.withdraw_recusal", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %recusal.name, "recusal withdrawn");
    Ok(recusal.into())
}

async fn apply(tx: &Tx, Withdraw { service, by, name }: &Withdraw) -> Result<Recusal, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let recusal = store::recusal::get(tx, name).await?;
    let item = store::agenda::get(tx, &meeting.name.agenda_item(recusal.agenda_item)).await?;
    let votes = store::item_votes::of_item(tx, &item.name).await?;
    let seen = recusal.state;
    let recusal = recusal.withdraw(&meeting, &item, &votes, now)?;
    store::recusal::save(tx, by, &recusal, seen).await?;
    events::append(tx, by, events::RecusalWithdrawn, &meeting.name, name, now).await?;
    Ok(recusal)
}
