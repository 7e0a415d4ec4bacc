use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::recording;
use crate::convert::clerk::NewRecording;
use crate::service::Service;

pub async fn hands(
    service: &Arc<Service>,
    request: Request<pb::RecordShowOfHandsRequest>,
) -> Result<pb::RecordBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let new = NewRecording::of_hands(&request);
    recording::record(service, admitted, &request.name, new, "meeting.record_show_of_hands").await
}

pub async fn papers(
    service: &Arc<Service>,
    request: Request<pb::RecordPaperBallotsRequest>,
) -> Result<pb::RecordBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let new = NewRecording::of_papers(&request);
    recording::record(service, admitted, &request.name, new, "meeting.record_paper_ballots").await
}

pub async fn ballot_box(
    service: &Arc<Service>,
    request: Request<pb::RecordBallotBoxRequest>,
) -> Result<pb::RecordBallotsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let new = NewRecording::of_box(&request);
    recording::record(service, admitted, &request.name, new, "meeting.record_ballot_box").await
}
