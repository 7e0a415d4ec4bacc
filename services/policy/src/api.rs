//! The contract's services; each method is one query or command.

use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use yihe_kernel::Result;
use yihe_proto::policy::v1 as pb;
use yihe_proto::policy::v1::lookup_service_server::LookupService;
use yihe_proto::policy::v1::policy_service_server::PolicyService;
use yihe_proto::policy::v1::snapshot_service_server::SnapshotService;
use yihe_proto::policy::v1::usage_service_server::UsageService;

use crate::service::Policy;
use crate::{commands, queries};

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(result: Result<T>) -> Answer<T> {
    Ok(Response::new(result?))
}

#[async_trait::async_trait]
impl PolicyService for Policy {
    async fn check(&self, request: Request<pb::CheckRequest>) -> Answer<pb::CheckResponse> {
        answer(queries::check(self, request).await)
    }

    async fn explain(&self, request: Request<pb::ExplainRequest>) -> Answer<pb::ExplainResponse> {
        answer(queries::explain(self, request).await)
    }

    async fn list_permissions(
        &self,
        request: Request<pb::ListPermissionsRequest>,
    ) -> Answer<pb::ListPermissionsResponse> {
        answer(queries::list_permissions(self, request).await)
    }

    async fn list_grants(&self, request: Request<pb::ListGrantsRequest>) -> Answer<pb::ListGrantsResponse> {
        answer(queries::list_grants(self, request).await)
    }

    async fn get_matrix(&self, request: Request<pb::GetMatrixRequest>) -> Answer<pb::Matrix> {
        answer(queries::get_matrix(self, request).await)
    }
}

#[async_trait::async_trait]
impl SnapshotService for Policy {
    type WatchRevisionsStream = BoxStream<'static, Result<pb::RevisionChange, Status>>;

    async fn get_snapshot(&self, request: Request<pb::GetSnapshotRequest>) -> Answer<pb::Snapshot> {
        answer(queries::get_snapshot(self, request).await)
    }

    async fn watch_revisions(&self, request: Request<pb::WatchRevisionsRequest>) -> Answer<Self::WatchRevisionsStream> {
        answer(queries::watch_revisions(self, request).await)
    }
}

#[async_trait::async_trait]
impl LookupService for Policy {
    type ExportPoliciesStream = queries::Pieces;

    async fn who_can(&self, request: Request<pb::WhoCanRequest>) -> Answer<pb::WhoCanResponse> {
        answer(queries::who_can(self, request).await)
    }

    async fn what_can(&self, request: Request<pb::WhatCanRequest>) -> Answer<pb::WhatCanResponse> {
        answer(queries::what_can(self, request).await)
    }

    async fn export_matrix(&self, request: Request<pb::ExportMatrixRequest>) -> Answer<pb::MatrixFile> {
        answer(queries::export_matrix(self, request).await)
    }

    async fn export_policies(&self, request: Request<pb::ExportPoliciesRequest>) -> Answer<Self::ExportPoliciesStream> {
        answer(queries::export_policies(self, request).await)
    }

    async fn run_policy_tests(
        &self,
        request: Request<pb::RunPolicyTestsRequest>,
    ) -> Answer<pb::RunPolicyTestsResponse> {
        answer(queries::run_policy_tests(self, request).await)
    }

    async fn import_policies(
        &self,
        request: Request<Streaming<pb::ImportPoliciesRequest>>,
    ) -> Answer<pb::PolicyImport> {
        Ok(Response::new(commands::import_policies(self, request).await?))
    }
}

#[async_trait::async_trait]
impl UsageService for Policy {
    async fn report_usage(&self, request: Request<pb::ReportUsageRequest>) -> Answer<pb::ReportUsageResponse> {
        answer(commands::usage::report(self, request).await)
    }
}
