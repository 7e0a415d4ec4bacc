use tonic::Request;
use yihe_kernel::{Fields, OrganizationName, Result};
use yihe_proto::resource::v1 as pb;

use crate::convert::{name, optional_code, optional_name};
use crate::lookup::sight;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetBookableRequest>) -> Result<pb::Bookable> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, bookable) = service.bookable(admitted, &name("name", &request.name)?).await?;
    Ok(bookable.into())
}

pub async fn list(service: &Service, request: Request<pb::ListBookablesRequest>) -> Result<pb::ListBookablesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let sight = sight(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let owner: Option<OrganizationName> = optional_name("owner", &request.owner)?;
    let mut fields = Fields::new();
    let kind = optional_code(&mut fields, "kind", request.kind);
    fields.finish()?;
    let wanted = store::bookable::Wanted {
        kind,
        owner: owner.map(|name| name.organization),
        ended: request.show_ended,
    };
    let query = format!("bookables of {community} {wanted:?}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::bookable::list(service.reader(), community, &wanted, &sight, &page).await?;
    let (found, next_page_token) = page.next(found, |bookable| bookable.name.bookable.to_string());
    Ok(pb::ListBookablesResponse {
        bookables: found.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
