use tonic::Request;
use yihe_authz::Condition;
use yihe_kernel::Result;
use yihe_proto::record::v1 as pb;

use crate::convert::{self, name};
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetWebhookRequest>) -> Result<pb::Webhook> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, webhook) = service.webhook(admitted, &name("name", &request.name)?).await?;
    convert::webhook::webhook(&service.store, webhook)
}

pub async fn list(service: &Service, request: Request<pb::ListWebhooksRequest>) -> Result<pb::ListWebhooksResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (own, others) = (
        admitted
            .filter()
            .lets_through(&|condition| condition == Condition::Owner),
        admitted.filter().lets_through(&|_| false),
    );
    let by = admitted.authorized_list();
    let community = by.community()?;
    let organization = by.organization();
    let visible = match (own, others) {
        (true, true) => sea_orm::Condition::all(),
        (true, false) => store::webhook::of_organization(organization),
        (false, true) => store::webhook::of_others(organization),
        (false, false) => store::webhook::of_organization(None),
    };
    let query = format!("webhooks of {community}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::webhook::list(service.reader(), community, visible, &page).await?;
    let (found, next_page_token) = page.next(found, |webhook| webhook.name.webhook.to_string());
    let webhooks = found
        .into_iter()
        .map(|webhook| convert::webhook::webhook(&service.store, webhook));
    Ok(pb::ListWebhooksResponse {
        webhooks: webhooks.collect::<Result<_>>()?,
        next_page_token,
    })
}

pub async fn list_deliveries(
    service: &Service,
    request: Request<pb::ListDeliveriesRequest>,
) -> Result<pb::ListDeliveriesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, webhook) = service.webhook(admitted, &name("parent", &request.parent)?).await?;
    let query = format!("deliveries of {}", webhook.name);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::delivery::list(service.reader(), &webhook.name, &page).await?;
    let (found, next_page_token) = page.next(found, |delivery| delivery.sequence.to_string());
    let deliveries = found
        .into_iter()
        .map(|delivery| convert::webhook::delivery(&service.store, delivery));
    Ok(pb::ListDeliveriesResponse {
        deliveries: deliveries.collect::<Result<_>>()?,
        next_page_token,
    })
}
