use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::disclosure_service_server::DisclosureService;
use yihe_proto::meeting::v1::minutes_service_server::MinutesService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl MinutesService for Api {
    async fn draft_minutes(&self, request: Request<DraftMinutesRequest>) -> Answer<Minutes> {
        Ok(Response::new(commands::minutes::draft::draft(&self.0, request).await?))
    }

    async fn get_minutes(&self, request: Request<GetMinutesRequest>) -> Answer<Minutes> {
        Ok(Response::new(queries::minutes::get(&self.0, request).await?))
    }

    async fn list_minutes_versions(
        &self,
        request: Request<ListMinutesVersionsRequest>,
    ) -> Answer<ListMinutesVersionsResponse> {
        Ok(Response::new(queries::minutes::list_versions(&self.0, request).await?))
    }

    async fn update_minutes(&self, request: Request<UpdateMinutesRequest>) -> Answer<Minutes> {
        Ok(Response::new(
            commands::minutes::update::update(&self.0, request).await?,
        ))
    }

    async fn request_signatures(&self, request: Request<RequestSignaturesRequest>) -> Answer<Minutes> {
        Ok(Response::new(
            commands::minutes::request_signatures::request(&self.0, request).await?,
        ))
    }

    async fn sign_minutes(&self, request: Request<SignMinutesRequest>) -> Answer<MinutesSignature> {
        Ok(Response::new(commands::minutes::sign::sign(&self.0, request).await?))
    }

    async fn refuse_to_sign(&self, request: Request<RefuseToSignRequest>) -> Answer<MinutesSignature> {
        Ok(Response::new(
            commands::minutes::refuse::refuse(&self.0, request).await?,
        ))
    }

    async fn record_signature(&self, request: Request<RecordSignatureRequest>) -> Answer<MinutesSignature> {
        Ok(Response::new(
            commands::minutes::record_signature::record(&self.0, request).await?,
        ))
    }

    async fn list_minutes_signatures(
        &self,
        request: Request<ListMinutesSignaturesRequest>,
    ) -> Answer<ListMinutesSignaturesResponse> {
        Ok(Response::new(
            queries::minutes::list_signatures(&self.0, request).await?,
        ))
    }

    async fn export_minutes(&self, request: Request<ExportMinutesRequest>) -> Answer<MinutesExport> {
        Ok(Response::new(queries::minutes::export(&self.0, request).await?))
    }

    async fn render_minutes(&self, request: Request<RenderMinutesRequest>) -> Answer<RenderedMinutes> {
        Ok(Response::new(queries::minutes::render(&self.0, request).await?))
    }
}

#[async_trait]
impl DisclosureService for Api {
    async fn publish_results(&self, request: Request<PublishResultsRequest>) -> Answer<Publication> {
        Ok(Response::new(
            commands::minutes::publish_results::publish(&self.0, request).await?,
        ))
    }

    async fn publish_minutes(&self, request: Request<PublishMinutesRequest>) -> Answer<Publication> {
        Ok(Response::new(
            commands::minutes::publish::publish(&self.0, request).await?,
        ))
    }

    async fn get_publication(&self, request: Request<GetPublicationRequest>) -> Answer<Publication> {
        Ok(Response::new(queries::disclosure::get(&self.0, request).await?))
    }

    async fn submit_objection(&self, request: Request<SubmitObjectionRequest>) -> Answer<Objection> {
        Ok(Response::new(
            commands::objection::submit::submit(&self.0, request).await?,
        ))
    }

    async fn answer_objection(&self, request: Request<AnswerObjectionRequest>) -> Answer<Objection> {
        Ok(Response::new(
            commands::objection::answer::answer(&self.0, request).await?,
        ))
    }

    async fn list_objections(&self, request: Request<ListObjectionsRequest>) -> Answer<ListObjectionsResponse> {
        Ok(Response::new(
            queries::disclosure::list_objections(&self.0, request).await?,
        ))
    }
}
