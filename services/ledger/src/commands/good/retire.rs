use std::sync::Arc;

use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;
use yihe_store::{Failure, Tx};

use crate::convert;
use crate::names::GoodName;
use crate::service::Service;
use crate::{events, queries, store};

struct Retire {
    service: Arc<Service>,
    by: Authorized,
    name: GoodName,
}

pub async fn retire(service: &Arc<Service>, request: Request<pb::RetireGoodRequest>) -> Result<pb::Good> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: GoodName = convert::name("name", &request.name)?;
    let (by, _) = service.good(admitted, &name).await?;
    let input = Retire {
        service: Arc::clone(service),
        by,
        name: name.clone(),
    };
    service
        .store
        .transaction("ledger.retire_good", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(%name, "good off the list");
    Ok(convert::good::good(queries::good::known(service, &name).await?))
}

async fn apply(tx: &Tx, Retire { service, by, name }: &Retire) -> Result<(), Failure> {
    let now = service.now();
    if !store::good::retire(tx, by, name, now).await? {
        let good = store::good::find(tx, name).await?;
        let good = good.ok_or_else(|| Error::not_found(name))?;
        good.expect_offered()?;
        return Err(Error::internal(format!("{name} is not retired and cannot be")).into());
    }
    events::append(tx, by, events::GoodRetired, &name.community, name, now).await
}
