use tonic::{Request, async_trait};
use yihe_proto::meeting::v1::competence_service_server::CompetenceService;
use yihe_proto::meeting::v1::ratification_service_server::RatificationService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api, answer};
use crate::{commands, queries};

#[async_trait]
impl CompetenceService for Api {
    async fn object_to_matter_class(&self, request: Request<ObjectToMatterClassRequest>) -> Answer<ClassObjection> {
        answer(commands::class_objection::make::make(&self.0, request).await)
    }

    async fn get_class_objection(&self, request: Request<GetClassObjectionRequest>) -> Answer<ClassObjection> {
        answer(queries::class_objection::get(&self.0, request).await)
    }

    async fn list_class_objections(
        &self,
        request: Request<ListClassObjectionsRequest>,
    ) -> Answer<ListClassObjectionsResponse> {
        answer(queries::class_objection::list(&self.0, request).await)
    }

    async fn withdraw_class_objection(
        &self,
        request: Request<WithdrawClassObjectionRequest>,
    ) -> Answer<ClassObjection> {
        answer(commands::class_objection::withdraw::withdraw(&self.0, request).await)
    }

    async fn uphold_matter_class(&self, request: Request<UpholdMatterClassRequest>) -> Answer<ClassObjection> {
        answer(commands::class_objection::decide::decide(&self.0, request).await)
    }

    async fn reclassify_agenda_item(&self, request: Request<ReclassifyAgendaItemRequest>) -> Answer<AgendaItem> {
        answer(commands::agenda_item::reclassify::reclassify(&self.0, request).await)
    }

    async fn carry_agenda_item(&self, request: Request<CarryAgendaItemRequest>) -> Answer<AgendaItem> {
        answer(commands::agenda_item::carry::carry(&self.0, request).await)
    }
}

#[async_trait]
impl RatificationService for Api {
    async fn get_ratification(&self, request: Request<GetRatificationRequest>) -> Answer<Ratification> {
        answer(queries::ratification::get(&self.0, request).await)
    }

    async fn list_ratifications(
        &self,
        request: Request<ListRatificationsRequest>,
    ) -> Answer<ListRatificationsResponse> {
        answer(queries::ratification::list(&self.0, request).await)
    }

    async fn route_ratification(&self, request: Request<RouteRatificationRequest>) -> Answer<Ratification> {
        answer(commands::ratification::route::route(&self.0, request).await)
    }
}
