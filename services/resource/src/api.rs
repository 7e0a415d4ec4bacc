//! The RPCs, each delegated to its command or query.

mod bookable;
mod booking;
mod free_busy;

use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Response, Status};
use yihe_proto::resource::v1::bookable_service_server::BookableServiceServer;
use yihe_proto::resource::v1::booking_service_server::BookingServiceServer;
use yihe_proto::resource::v1::free_busy_service_server::FreeBusyServiceServer;

use crate::service::Service;

/// All services of the contract.
#[derive(Clone)]
pub struct Api(Arc<Service>);

impl Api {
    /// Their router.
    pub fn routes(service: Arc<Service>) -> Routes {
        let api = Self(service);
        Routes::new(BookableServiceServer::new(api.clone()))
            .add_service(BookingServiceServer::new(api.clone()))
            .add_service(FreeBusyServiceServer::new(api))
    }
}

type Answer<T> = Result<Response<T>, Status>;
