use tonic::Request;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;

use super::minutes::results;
use crate::convert::name;
use crate::domain::MatterClass;
use crate::domain::minutes::Minutes;
use crate::names::MeetingName;
use crate::service::Service;
use crate::{reasons, store};

/// What is published of a meeting; the caller was authorized.
pub async fn read(service: &Service, meeting: &MeetingName) -> Result<pb::Publication> {
    let unpublished = || Error::new(&reasons::NOT_PUBLISHED).with("name", meeting);
    let minutes = store::minutes::find(service.reader(), meeting)
        .await?
        .ok_or_else(unpublished)?;
    let results_published_at = minutes.results_published_at.ok_or_else(unpublished)?;
    let resolutions = store::minutes_facts::resolutions(service.reader(), meeting).await?;
    let open = resolutions
        .iter()
        .filter(|resolution| resolution.matter_class != MatterClass::PersonalMatter);
    let (results_due_date, results_overdue) = results(service, &minutes).await?;
    let publication = pb::Publication {
        meeting: meeting.to_string(),
        resolutions: open.map(|resolution| resolution.name.to_string()).collect(),
        results_publish_time: Some(results_published_at.to_proto()),
        results_due_date,
        results_overdue,
        ..pb::Publication::default()
    };
    match minutes.published_at {
        Some(_) => with_text(service, publication, &minutes).await,
        None => Ok(publication),
    }
}

async fn with_text(service: &Service, publication: pb::Publication, minutes: &Minutes) -> Result<pb::Publication> {
    let version = store::minutes::version(service.reader(), &minutes.meeting, minutes.version).await?;
    let version = version.ok_or_else(|| Error::internal(format!("{} has no current version", minutes.meeting)))?;
    let made = store::minutes::publication(service.reader(), &minutes.meeting)
        .await?
        .unwrap_or_default();
    Ok(pb::Publication {
        publish_time: minutes.published_at.map(Timestamp::to_proto),
        disclosure_end_time: minutes.disclosure_ends_at.map(Timestamp::to_proto),
        version: version.version,
        text: version.drawn.published.text,
        sha256: version.drawn.published.sha256,
        full_sha256: version.drawn.full.sha256,
        algorithm: made.algorithm,
        key_id: made.key_id,
        countersignature: made.signature,
        ..publication
    })
}

pub async fn get(service: &Service, request: Request<pb::GetPublicationRequest>) -> Result<pb::Publication> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    service.meeting(admitted, &meeting).await?;
    read(service, &meeting).await
}

pub async fn list_objections(
    service: &Service,
    request: Request<pb::ListObjectionsRequest>,
) -> Result<pb::ListObjectionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service.store.page(
        &format!("objections to {meeting}"),
        request.page_size,
        &request.page_token,
    )?;
    let objections = store::objection::list(service.reader(), &meeting, &page).await?;
    let (objections, next_page_token) = page.next(objections, |objection| objection.name.objection.to_string());
    Ok(pb::ListObjectionsResponse {
        objections: objections.into_iter().map(Into::into).collect(),
        next_page_token,
    })
}
