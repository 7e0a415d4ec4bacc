//! The contract's service of governed change; each method is one command or query.

use tonic::{Request, Response, Status};
use yihe_kernel::Result;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::change_service_server::ChangeService;

use crate::commands::change as commands;
use crate::queries;
use crate::service::Policy;

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(result: Result<T>) -> Answer<T> {
    Ok(Response::new(result?))
}

#[async_trait::async_trait]
impl ChangeService for Policy {
    async fn propose_change(&self, request: Request<pb::ProposeChangeRequest>) -> Answer<pb::PolicyChange> {
        answer(commands::propose(self, request).await)
    }

    async fn approve_change(&self, request: Request<pb::ApproveChangeRequest>) -> Answer<pb::PolicyChange> {
        answer(commands::approve(self, request).await)
    }

    async fn reject_change(&self, request: Request<pb::RejectChangeRequest>) -> Answer<pb::PolicyChange> {
        answer(commands::reject(self, request).await)
    }

    async fn withdraw_change(&self, request: Request<pb::WithdrawChangeRequest>) -> Answer<pb::PolicyChange> {
        answer(commands::withdraw(self, request).await)
    }

    async fn activate_change(&self, request: Request<pb::ActivateChangeRequest>) -> Answer<pb::PolicyChange> {
        answer(commands::activate(self, request).await)
    }

    async fn get_change(&self, request: Request<pb::GetChangeRequest>) -> Answer<pb::PolicyChange> {
        answer(queries::get_change(self, request).await)
    }

    async fn list_changes(&self, request: Request<pb::ListChangesRequest>) -> Answer<pb::ListChangesResponse> {
        answer(queries::list_changes(self, request).await)
    }

    async fn simulate_change(&self, request: Request<pb::SimulateChangeRequest>) -> Answer<pb::SimulateChangeResponse> {
        answer(queries::simulate_change(self, request).await)
    }

    async fn propose_rollback(&self, request: Request<pb::ProposeRollbackRequest>) -> Answer<pb::PolicyChange> {
        answer(commands::propose_rollback(self, request).await)
    }

    async fn list_revisions(&self, request: Request<pb::ListRevisionsRequest>) -> Answer<pb::ListRevisionsResponse> {
        answer(queries::list_revisions(self, request).await)
    }

    async fn get_revision(&self, request: Request<pb::GetRevisionRequest>) -> Answer<pb::PolicyRevision> {
        answer(queries::get_revision(self, request).await)
    }

    async fn diff_revisions(&self, request: Request<pb::DiffRevisionsRequest>) -> Answer<pb::DiffRevisionsResponse> {
        answer(queries::diff_revisions(self, request).await)
    }

    async fn list_roles(&self, request: Request<pb::ListRolesRequest>) -> Answer<pb::ListRolesResponse> {
        answer(queries::list_roles(self, request).await)
    }

    async fn get_settings(&self, request: Request<pb::GetSettingsRequest>) -> Answer<pb::PolicySettings> {
        answer(queries::get_settings(self, request).await)
    }
}
