use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::free_busy_service_server::FreeBusyService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::queries::{calendar, free_busy};

#[async_trait]
impl FreeBusyService for Api {
    async fn list_free_busy(&self, request: Request<ListFreeBusyRequest>) -> Answer<ListFreeBusyResponse> {
        Ok(Response::new(free_busy::list(&self.0, request).await?))
    }

    async fn export_bookable_calendar(&self, request: Request<ExportBookableCalendarRequest>) -> Answer<Calendar> {
        Ok(Response::new(calendar::of_bookable(&self.0, request).await?))
    }

    async fn export_organization_calendar(
        &self,
        request: Request<ExportOrganizationCalendarRequest>,
    ) -> Answer<Calendar> {
        Ok(Response::new(calendar::of_organization(&self.0, request).await?))
    }
}
