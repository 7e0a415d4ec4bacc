use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::record_service_server::RecordService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl RecordService for Api {
    async fn get_record(&self, request: Request<GetRecordRequest>) -> Answer<Record> {
        Ok(Response::new(queries::record::get(&self.0, request).await?))
    }

    async fn list_records(&self, request: Request<ListRecordsRequest>) -> Answer<ListRecordsResponse> {
        Ok(Response::new(queries::record::list(&self.0, request).await?))
    }

    async fn contest_record(&self, request: Request<ContestRecordRequest>) -> Answer<Record> {
        Ok(Response::new(
            commands::record::contest::contest(&self.0, request).await?,
        ))
    }

    async fn answer_contest(&self, request: Request<AnswerContestRequest>) -> Answer<Record> {
        Ok(Response::new(commands::record::answer::answer(&self.0, request).await?))
    }
}
