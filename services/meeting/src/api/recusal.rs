use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::dissent_service_server::DissentService;
use yihe_proto::meeting::v1::recusal_service_server::RecusalService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::{commands, queries};

#[async_trait]
impl RecusalService for Api {
    async fn declare_recusal(&self, request: Request<DeclareRecusalRequest>) -> Answer<Recusal> {
        answer(commands::recusal::declare::declare(&self.0, request).await)
    }

    async fn record_recusal(&self, request: Request<RecordRecusalRequest>) -> Answer<Recusal> {
        answer(commands::recusal::declare::record(&self.0, request).await)
    }

    async fn move_recusal(&self, request: Request<MoveRecusalRequest>) -> Answer<Recusal> {
        answer(commands::recusal::r#move::r#move(&self.0, request).await)
    }

    async fn decide_recusal(&self, request: Request<DecideRecusalRequest>) -> Answer<Recusal> {
        answer(commands::recusal::decide::decide(&self.0, request).await)
    }

    async fn withdraw_recusal(&self, request: Request<WithdrawRecusalRequest>) -> Answer<Recusal> {
        answer(commands::recusal::withdraw::withdraw(&self.0, request).await)
    }

    async fn get_recusal(&self, request: Request<GetRecusalRequest>) -> Answer<Recusal> {
        answer(queries::recusal::get(&self.0, request).await)
    }

    async fn list_recusals(&self, request: Request<ListRecusalsRequest>) -> Answer<ListRecusalsResponse> {
        answer(queries::recusal::list(&self.0, request).await)
    }
}

#[async_trait]
impl DissentService for Api {
    async fn attach_dissent(&self, request: Request<AttachDissentRequest>) -> Answer<Dissent> {
        answer(commands::dissent::attach::attach(&self.0, request).await)
    }

    async fn answer_dissent(&self, request: Request<AnswerDissentRequest>) -> Answer<Dissent> {
        answer(commands::dissent::answer::answer(&self.0, request).await)
    }

    async fn get_dissent(&self, request: Request<GetDissentRequest>) -> Answer<Dissent> {
        answer(queries::dissent::get(&self.0, request).await)
    }

    async fn list_dissents(&self, request: Request<ListDissentsRequest>) -> Answer<ListDissentsResponse> {
        answer(queries::dissent::list(&self.0, request).await)
    }
}
