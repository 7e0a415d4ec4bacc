use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::booking_service_server::BookingService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::booking as commands;
use crate::queries::booking as queries;

#[async_trait]
impl BookingService for Api {
    async fn create_booking(&self, request: Request<CreateBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::create::create(&self.0, request).await?))
    }

    async fn create_booking_series(&self, request: Request<CreateBookingSeriesRequest>) -> Answer<BookingSeries> {
        Ok(Response::new(commands::create_series::create(&self.0, request).await?))
    }

    async fn get_booking(&self, request: Request<GetBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(queries::get(&self.0, request).await?))
    }

    async fn list_bookings(&self, request: Request<ListBookingsRequest>) -> Answer<ListBookingsResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }

    async fn confirm_booking(&self, request: Request<ConfirmBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::confirm::confirm(&self.0, request).await?))
    }

    async fn approve_booking(&self, request: Request<ApproveBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::approve::approve(&self.0, request).await?))
    }

    async fn decline_booking(&self, request: Request<DeclineBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::decline::decline(&self.0, request).await?))
    }

    async fn cancel_booking(&self, request: Request<CancelBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::cancel::cancel(&self.0, request).await?))
    }

    async fn check_in_booking(&self, request: Request<CheckInBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::check_in::check_in(&self.0, request).await?))
    }

    async fn complete_booking(&self, request: Request<CompleteBookingRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::complete::complete(&self.0, request).await?))
    }

    async fn mark_no_show(&self, request: Request<MarkNoShowRequest>) -> Answer<Booking> {
        Ok(Response::new(commands::no_show::mark(&self.0, request).await?))
    }
}
