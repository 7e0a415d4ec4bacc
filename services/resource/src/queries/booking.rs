use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::resource::v1 as pb;

use crate::convert::{self, name};
use crate::lookup::sight;
use crate::service::Service;
use crate::store;

pub async fn get(service: &Service, request: Request<pb::GetBookingRequest>) -> Result<pb::Booking> {
    let (admitted, request) = service.guard.admit(request).await?;
    let (_, booking) = service.booking(admitted, &name("name", &request.name)?).await?;
    Ok(convert::booking::booking(booking, service.now()))
}

pub async fn list(service: &Service, request: Request<pb::ListBookingsRequest>) -> Result<pb::ListBookingsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let sight = sight(&admitted);
    let by = admitted.authorized_list();
    let community = by.community()?;
    let wanted = convert::booking::wanted(&request)?;
    let query = format!("bookings of {community} {wanted:?}");
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let found = store::booking::list(service.reader(), community, &wanted, &sight, &page).await?;
    let (found, next_page_token) = page.next(found, |booking| booking.name.booking.to_string());
    let now = service.now();
    Ok(pb::ListBookingsResponse {
        bookings: found.into_iter().map(|it| convert::booking::booking(it, now)).collect(),
        next_page_token,
    })
}
