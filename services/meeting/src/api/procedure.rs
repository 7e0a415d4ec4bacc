use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::procedure_service_server::ProcedureService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::commands;

#[async_trait]
impl ProcedureService for Api {
    async fn move_agenda_item(&self, request: Request<MoveAgendaItemRequest>) -> Answer<AgendaItem> {
        Ok(Response::new(
            commands::agenda_item::moving::move_item(&self.0, request).await?,
        ))
    }

    async fn postpone_meeting(&self, request: Request<PostponeMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(
            commands::meeting::postpone::postpone(&self.0, request).await?,
        ))
    }

    async fn suspend_meeting(&self, request: Request<SuspendMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(
            commands::session::suspend::suspend(&self.0, request).await?,
        ))
    }

    async fn resume_meeting(&self, request: Request<ResumeMeetingRequest>) -> Answer<Meeting> {
        Ok(Response::new(
            commands::session::resume::resume(&self.0, request).await?,
        ))
    }
}
