use std::sync::Arc;

use tonic::Request;
use yihe_kernel::Result;
use yihe_proto::meeting::v1 as pb;

use super::drawing::names;
use super::sign::{Signing, apply};
use super::signing::Act;
use crate::convert::minutes::PaperSignature;
use crate::convert::name;
use crate::domain::minutes::{SignatureMethod, SignatureState};
use crate::names::MeetingName;
use crate::queries;
use crate::service::{Service, person};

pub async fn record(
    service: &Arc<Service>,
    request: Request<pb::RecordSignatureRequest>,
) -> Result<pb::MinutesSignature> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, _) = service.meeting(admitted, &meeting).await?;
    let clerk = person(by.user())?;
    let paper = PaperSignature::try_from(&request)?;
    let owners = [format!("{meeting}/minutes"), meeting.to_string()];
    service.files.expect_attached_to_one(&paper.evidence, &owners).await?;
    let act = Act {
        version: request.version,
        sha256: Some(paper.sha256),
        member: paper.member,
        state: SignatureState::Signed,
        person: None,
        person_name: paper.person_name,
        post: paper.post,
        method: Some(SignatureMethod::ScannedSeal),
        reason: String::new(),
        recorded_by: Some(clerk),
        evidence: Some(paper.evidence),
    };
    let input = Signing {
        service: Arc::clone(service),
        by,
        names: names(service, &meeting).await?,
        meeting: meeting.clone(),
        act,
    };
    let name = service
        .store
        .transaction("meeting.record_signature", input, |tx, input| {
            Box::pin(apply(tx, input))
        })
        .await?;
    tracing::info!(%name, "signature recorded");
    queries::minutes::signature(service, &name).await
}
