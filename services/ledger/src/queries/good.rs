use std::collections::HashMap;

use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::ledger::v1 as pb;

use crate::convert;
use crate::convert::good::good;
use crate::domain::Good;
use crate::lookup::Facts;
use crate::names::{GoodName, RedemptionName, TransferName};
use crate::service::Service;
use crate::store;
use crate::store::good::Wanted;
use crate::store::whose::Whose;

pub async fn get(service: &Service, request: Request<pb::GetGoodRequest>) -> Result<pb::Good> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, found) = service.good(admitted, &convert::name("name", &request.name)?).await?;
    Ok(good(found))
}

pub async fn list(service: &Service, request: Request<pb::ListGoodsRequest>) -> Result<pb::ListGoodsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let query = format!("goods of {community}, retired: {}", request.show_retired);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let goods = store::good::list(service.reader(), community, request.show_retired, &page).await?;
    let (goods, next_page_token) = page.next(goods, |good| good.name.good.to_string());
    Ok(pb::ListGoodsResponse {
        goods: goods.into_iter().map(good).collect(),
        next_page_token,
    })
}

pub async fn get_redemption(service: &Service, request: Request<pb::GetRedemptionRequest>) -> Result<pb::Redemption> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: RedemptionName = convert::name("name", &request.name)?;
    service.redemption(admitted, &name, Facts::or).await?;
    told(service, &name).await
}

pub async fn list_redemptions(
    service: &Service,
    request: Request<pb::ListRedemptionsRequest>,
) -> Result<pb::ListRedemptionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let whose = Whose::seen_by(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let good = match request.good.as_str() {
        "" => None,
        text => Some(convert::name::<GoodName>("good", text)?.good),
    };
    let now = service.now();
    let wanted = Wanted {
        whose,
        good,
        open_after: request.reserved_only.then_some(now),
    };
    let query = format!(
        "redemptions of {community} and {good:?} seen by {whose:?}, reserved {}",
        request.reserved_only
    );
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::good::list_redemptions(service.reader(), community, wanted, &page).await?;
    let (found, next_page_token) = page.next(found, |one| one.name.redemption.to_string());
    let ids = found.iter().map(|one| one.name.redemption.uuid()).collect();
    let holds = store::transfer::holds(service.reader(), community, ids).await?;
    let by_id: HashMap<_, _> = holds
        .into_iter()
        .map(|hold| (hold.transfer.name.transfer.uuid(), hold))
        .collect();
    let told = found.iter().map(|one| {
        let hold = by_id.get(&one.name.redemption.uuid());
        let hold = hold.ok_or_else(|| Error::internal(format!("{} has no hold", one.name)))?;
        Ok(convert::good::redemption(one, hold, now))
    });
    Ok(pb::ListRedemptionsResponse {
        redemptions: told.collect::<Result<_>>()?,
        next_page_token,
    })
}

/// A good that was just changed.
pub async fn known(service: &Service, name: &GoodName) -> Result<Good> {
    let good = store::good::find(service.reader(), name).await?;
    good.ok_or_else(|| Error::not_found(name))
}

/// A redemption as it is now.
pub async fn told(service: &Service, name: &RedemptionName) -> Result<pb::Redemption> {
    let redemption = store::good::find_redemption(service.reader(), name).await?;
    let hold = TransferName::new(&name.community, name.redemption.uuid().into());
    let hold = store::transfer::find(service.reader(), &hold).await?;
    let both = redemption.zip(hold);
    let (redemption, hold) = both.ok_or_else(|| Error::not_found(name))?;
    Ok(convert::good::redemption(&redemption, &hold, service.now()))
}
