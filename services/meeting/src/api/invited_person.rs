use tonic::{Request, Response, async_trait};
use yihe_proto::meeting::v1::invited_person_service_server::InvitedPersonService;
use yihe_proto::meeting::v1::*;

use super::{Answer, Api};
use crate::{commands, queries};

#[async_trait]
impl InvitedPersonService for Api {
    async fn invite_person(&self, request: Request<InvitePersonRequest>) -> Answer<InvitedPerson> {
        Ok(Response::new(
            commands::invited_person::invite::invite(&self.0, request).await?,
        ))
    }

    async fn withdraw_invitation(&self, request: Request<WithdrawInvitationRequest>) -> Answer<InvitedPerson> {
        Ok(Response::new(
            commands::invited_person::withdraw::withdraw(&self.0, request).await?,
        ))
    }

    async fn list_invited_persons(
        &self,
        request: Request<ListInvitedPersonsRequest>,
    ) -> Answer<ListInvitedPersonsResponse> {
        Ok(Response::new(queries::invited_person::list(&self.0, request).await?))
    }
}
