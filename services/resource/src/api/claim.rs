use tonic::{Request, Response, async_trait};
use yihe_proto::resource::v1::claim_service_server::ClaimService;
use yihe_proto::resource::v1::*;

use super::{Answer, Api};
use crate::commands::claim as commands;
use crate::queries::claim as queries;

#[async_trait]
impl ClaimService for Api {
    async fn claim_need(&self, request: Request<ClaimNeedRequest>) -> Answer<Claim> {
        Ok(Response::new(commands::create::of_need(&self.0, request).await?))
    }

    async fn claim_offer(&self, request: Request<ClaimOfferRequest>) -> Answer<Claim> {
        Ok(Response::new(commands::create::of_offer(&self.0, request).await?))
    }

    async fn get_claim(&self, request: Request<GetClaimRequest>) -> Answer<Claim> {
        Ok(Response::new(queries::get(&self.0, request).await?))
    }

    async fn list_claims(&self, request: Request<ListClaimsRequest>) -> Answer<ListClaimsResponse> {
        Ok(Response::new(queries::list(&self.0, request).await?))
    }

    async fn accept_claim(&self, request: Request<AcceptClaimRequest>) -> Answer<Claim> {
        Ok(Response::new(commands::accept::accept(&self.0, request).await?))
    }

    async fn decline_claim(&self, request: Request<DeclineClaimRequest>) -> Answer<Claim> {
        Ok(Response::new(commands::decline::decline(&self.0, request).await?))
    }

    async fn withdraw_claim(&self, request: Request<WithdrawClaimRequest>) -> Answer<Claim> {
        Ok(Response::new(commands::withdraw::withdraw(&self.0, request).await?))
    }

    async fn fulfil_claim(&self, request: Request<FulfilClaimRequest>) -> Answer<Claim> {
        Ok(Response::new(commands::fulfil::fulfil(&self.0, request).await?))
    }
}
