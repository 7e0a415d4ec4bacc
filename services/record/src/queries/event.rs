use tonic::Request;
use yihe_kernel::{Error, Fields, Result};
use yihe_proto::record::v1 as pb;

use crate::convert::{self, name};
use crate::names::EventName;
use crate::service::Service;
use crate::store;
use crate::store::event::Stretch;

pub async fn get(service: &Service, request: Request<pb::GetEventRequest>) -> Result<pb::Event> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let name: EventName = name("name", &request.name)?;
    let sight = service.sight(by.caller(), by.community()?).await?;
    let found = store::event::find(service.reader(), &name, &sight).await?;
    let found = found.ok_or_else(|| Error::not_found(&name))?;
    convert::event(&service.store, &sight, found)
}

pub async fn list(service: &Service, request: Request<pb::ListEventsRequest>) -> Result<pb::ListEventsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let by = admitted.without_target()?;
    let community = by.community()?;
    let wanted = convert::wanted("filter", request.filter.as_ref())?;
    let mut fields = Fields::new();
    let order = pb::EventOrder::try_from(request.order).ok();
    if order.is_none() {
        fields.refuse(
            "order",
            "must be one of the values of the contract",
            "须为约定的取值之一",
        );
    }
    fields.finish()?;
    let newest_first = order != Some(pb::EventOrder::OldestFirst);
    let query = format!("events of {community} {wanted:?} {newest_first}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let key = page.after.as_ref().and_then(|after| after.parse().ok());
    let stretch = Stretch {
        after: key.filter(|_| !newest_first),
        before: key.filter(|_| newest_first),
        newest_first,
        limit: page.limit + 1,
    };
    let sight = service.sight(by.caller(), community).await?;
    let found = store::event::list(service.reader(), community, &wanted, &sight, stretch).await?;
    let (found, next_page_token) = page.next(found, |event| event.sequence.to_string());
    let events = found
        .into_iter()
        .map(|event| convert::event(&service.store, &sight, event));
    Ok(pb::ListEventsResponse {
        events: events.collect::<Result<_>>()?,
        next_page_token,
    })
}
