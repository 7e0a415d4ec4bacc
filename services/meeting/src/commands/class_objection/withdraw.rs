use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert::name;
use crate::domain::ClassObjection;
use crate::names::ClassObjectionName;
use crate::service::Service;
use crate::{events, store};

struct Withdraw {
    service: Arc<Service>,
    by: Authorized,
    name: ClassObjectionName,
}

pub async fn withdraw(
    service: &Arc<Service>,
    request: Request<pb::WithdrawClassObjectionRequest>,
) -> Result<pb::ClassObjection> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: ClassObjectionName = name("name", &request.name)?;
    let (by, _) = service.class_objection(admitted, &name).await?;
    let input = Withdraw {
        service: Arc::clone(service),
        by,
        name,
    };
    let objection = service
        .store
        .transaction("meeting.withdraw_class_objection", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(name = %objection.name, "objection to a class withdrawn");
    Ok(objection.into())
}

async fn apply(tx: &Tx, Withdraw { service, by, name }: &Withdraw) -> Result<ClassObjection, Failure> {
    let now = service.now();
    let meeting = store::meeting::hold(tx, &name.meeting()).await?;
    let objection = store::class_objection::get(tx, name).await?.withdraw(now)?;
    store::class_objection::save(tx, by, &objection).await?;
    events::append(tx, by, events::ClassObjectionWithdrawn, &meeting.name, name, now).await?;
    Ok(objection)
}
