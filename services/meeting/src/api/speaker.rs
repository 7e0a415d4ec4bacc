use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::agenda_paper_service_server::AgendaPaperService;
use yihe_proto::meeting::v1::speaker_service_server::SpeakerService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::{commands, queries};

#[async_trait]
impl SpeakerService for Api {
    async fn request_to_speak(&self, request: Request<RequestToSpeakRequest>) -> Answer<Speech> {
        answer(commands::speech::request::request(&self.0, request).await)
    }

    async fn raise_point_of_order(&self, request: Request<RaisePointOfOrderRequest>) -> Answer<Speech> {
        answer(commands::speech::request::raise_point_of_order(&self.0, request).await)
    }

    async fn grant_floor(&self, request: Request<GrantFloorRequest>) -> Answer<Speech> {
        answer(commands::speech::grant_floor::grant_floor(&self.0, request).await)
    }

    async fn end_speech(&self, request: Request<EndSpeechRequest>) -> Answer<Speech> {
        answer(commands::speech::end::end(&self.0, request).await)
    }

    async fn withdraw_request(&self, request: Request<WithdrawRequestRequest>) -> Answer<Speech> {
        answer(commands::speech::withdraw::withdraw(&self.0, request).await)
    }

    async fn list_speakers(&self, request: Request<ListSpeakersRequest>) -> Answer<ListSpeakersResponse> {
        answer(queries::speech::list(&self.0, request).await)
    }
}

#[async_trait]
impl AgendaPaperService for Api {
    async fn set_agenda_papers(&self, request: Request<SetAgendaPapersRequest>) -> Answer<AgendaItem> {
        answer(commands::agenda_paper::set::set(&self.0, request).await)
    }

    async fn table_agenda_paper(&self, request: Request<TableAgendaPaperRequest>) -> Answer<AgendaItem> {
        answer(commands::agenda_paper::table::table(&self.0, request).await)
    }
}
