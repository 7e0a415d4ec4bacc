//! The RPCs, each delegated to its command or query.

mod bookable;
mod booking;
mod category;
mod claim;
mod free_busy;
mod need;
mod offer;
mod project;
mod project_facts;

use std::sync::Arc;

use tonic::service::Routes;
use tonic::{Response, Status};
use yihe_proto::resource::v1::bookable_service_server::BookableServiceServer;
use yihe_proto::resource::v1::booking_service_server::BookingServiceServer;
use yihe_proto::resource::v1::category_service_server::CategoryServiceServer;
use yihe_proto::resource::v1::claim_service_server::ClaimServiceServer;
use yihe_proto::resource::v1::free_busy_service_server::FreeBusyServiceServer;
use yihe_proto::resource::v1::need_service_server::NeedServiceServer;
use yihe_proto::resource::v1::offer_service_server::OfferServiceServer;
use yihe_proto::resource::v1::project_facts_service_server::ProjectFactsServiceServer;
use yihe_proto::resource::v1::project_service_server::ProjectServiceServer;

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
            .add_service(FreeBusyServiceServer::new(api.clone()))
            .add_service(NeedServiceServer::new(api.clone()))
            .add_service(OfferServiceServer::new(api.clone()))
            .add_service(ClaimServiceServer::new(api.clone()))
            .add_service(CategoryServiceServer::new(api.clone()))
            .add_service(ProjectFactsServiceServer::new(api.clone()))
            .add_service(ProjectServiceServer::new(api))
    }
}

type Answer<T> = Result<Response<T>, Status>;
