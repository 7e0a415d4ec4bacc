use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::ledger::v1 as pb;

use crate::convert::rate::rate;
use crate::domain::Unit;
use crate::service::Service;
use crate::store;

pub async fn list(service: &Service, request: Request<pb::ListRatesRequest>) -> Result<pb::ListRatesResponse> {
    let (admitted, _) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let mut rates = Vec::new();
    for (give, receive) in [(Unit::Minutes, Unit::Points), (Unit::Points, Unit::Minutes)] {
        let newest = store::rate::newest(service.reader(), by.community()?, give, receive).await?;
        rates.extend(newest.as_ref().map(rate));
    }
    Ok(pb::ListRatesResponse { rates })
}
