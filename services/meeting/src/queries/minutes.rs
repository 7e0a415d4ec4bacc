use std::sync::Arc;

use tonic::Request;
use yihe_kernel::{Error, Result};
use yihe_proto::meeting::v1 as pb;

use crate::commands::minutes::names;
use crate::commands::owners::read::note as note_reading;
use crate::convert::{self, name};
use crate::domain::minutes::{Bundle, BundledVote, Minutes, SealBox, Signature, Version, html};
use crate::domain::{BallotMethod, Meeting, sha256_hex};
use crate::names::{MeetingName, SignatureName};
use crate::service::Service;
use crate::{reasons, store};

/// One version of minutes, the current one unless another is named; the caller was authorized.
pub async fn read(service: &Service, meeting: &MeetingName, version: Option<i32>) -> Result<pb::Minutes> {
    let minutes = store::minutes::get(service.reader(), meeting).await?;
    let version = one(service, &minutes, version.unwrap_or(minutes.version)).await?;
    told(service, &minutes, version, true).await
}

async fn one(service: &Service, minutes: &Minutes, version: i32) -> Result<Version> {
    let found = store::minutes::version(service.reader(), &minutes.meeting, version).await?;
    found.ok_or_else(|| {
        Error::new(&reasons::MINUTES_VERSION_UNKNOWN)
            .with("name", &minutes.meeting)
            .with("version", version)
    })
}

async fn told(service: &Service, minutes: &Minutes, version: Version, with_text: bool) -> Result<pb::Minutes> {
    let given = store::signature::given(service.reader(), &minutes.meeting, minutes.version).await?;
    let results = results(service, minutes).await?;
    Ok(convert::minutes::minutes((minutes, version), results, given, with_text))
}

/// Until when the results are to be published, and whether they are late.
pub async fn results(service: &Service, minutes: &Minutes) -> Result<(String, bool)> {
    let meeting = store::meeting::find(service.reader(), &minutes.meeting).await?;
    let meeting = meeting.ok_or_else(|| Error::not_found(&minutes.meeting))?;
    let frozen = Meeting::frozen(&minutes.meeting, service.frozen.of(&minutes.meeting).await?)?;
    let rules = (&frozen.pack, service.calendars.shipped());
    convert::minutes::results(&meeting, minutes, rules, service.now())
}

/// One signature, for answers to commands; the caller was authorized.
pub async fn signature(service: &Service, name: &SignatureName) -> Result<pb::MinutesSignature> {
    let minutes = store::minutes::get(service.reader(), &name.meeting()).await?;
    let signatures = store::signature::of_version(service.reader(), &minutes.meeting, minutes.version).await?;
    let found = signatures.into_iter().find(|signature| signature.name == *name);
    let found = found.ok_or_else(|| Error::not_found(name))?;
    Ok(convert::minutes::signature(found, minutes.version))
}

pub async fn get(service: &Service, request: Request<pb::GetMinutesRequest>) -> Result<pb::Minutes> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    service.meeting(admitted, &meeting).await?;
    let version = (request.version != 0).then_some(request.version);
    read(service, &meeting, version).await
}

pub async fn list_versions(
    service: &Service,
    request: Request<pb::ListMinutesVersionsRequest>,
) -> Result<pb::ListMinutesVersionsResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service
        .store
        .page(&format!("minutes of {meeting}"), request.page_size, &request.page_token)?;
    let minutes = store::minutes::get(service.reader(), &meeting).await?;
    let versions = store::minutes::versions(service.reader(), &meeting, &page).await?;
    let (found, next_page_token) = page.next(versions, |version| version.version.to_string());
    let mut versions = Vec::with_capacity(found.len());
    for version in found {
        versions.push(told(service, &minutes, version, false).await?);
    }
    Ok(pb::ListMinutesVersionsResponse {
        versions,
        next_page_token,
    })
}

pub async fn list_signatures(
    service: &Service,
    request: Request<pb::ListMinutesSignaturesRequest>,
) -> Result<pb::ListMinutesSignaturesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("parent", &request.parent)?;
    service.meeting(admitted, &meeting).await?;
    let page = service.store.page(
        &format!("signatures of {meeting}"),
        request.page_size,
        &request.page_token,
    )?;
    let minutes = store::minutes::get(service.reader(), &meeting).await?;
    let signatures = store::signature::list(service.reader(), &meeting, &page).await?;
    let (signatures, next_page_token) = page.next(signatures, store::signature::key);
    Ok(pb::ListMinutesSignaturesResponse {
        signatures: signatures
            .into_iter()
            .map(|signature| convert::minutes::signature(signature, minutes.version))
            .collect(),
        next_page_token,
    })
}

pub async fn export(service: &Arc<Service>, request: Request<pb::ExportMinutesRequest>) -> Result<pb::MinutesExport> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    let (by, held) = service.meeting(admitted, &meeting).await?;
    let minutes = store::minutes::get(service.reader(), &meeting).await?;
    let happened = store::minutes_facts::load(service.reader(), &meeting).await?;
    let may_read = !held.is_written() || service.may_export_counts(&by, &held).await?;
    let (mut votes, mut read) = (Vec::new(), Vec::new());
    for (vote, sheet, outcome) in happened.sheets()? {
        let by_units = vote.method == BallotMethod::ByUnit;
        let withheld_sha256 = (by_units && !may_read).then(|| sha256_hex(sheet.as_bytes()));
        if by_units && may_read {
            read.push(vote.name.clone());
        }
        votes.push(BundledVote {
            vote: vote.name.to_string(),
            sheet: if withheld_sha256.is_some() {
                String::new()
            } else {
                sheet
            },
            withheld_sha256,
            outcome,
        });
    }
    if !read.is_empty() {
        note_reading(service, by, read).await?;
    }
    let bundle = Bundle::seal(
        &minutes,
        &store::minutes::all_versions(service.reader(), &meeting).await?,
        &store::signature::all(service.reader(), &meeting).await?,
        store::minutes::publication(service.reader(), &meeting).await?,
        votes,
        &service.record,
    )?;
    let content = bundle.to_json()?;
    Ok(pb::MinutesExport {
        file_name: format!("minutes-{}-v{}.json", meeting.meeting, minutes.version),
        sha256: sha256_hex(&content),
        meeting: meeting.to_string(),
        content,
    })
}

pub async fn render(service: &Service, request: Request<pb::RenderMinutesRequest>) -> Result<pb::RenderedMinutes> {
    let (admitted, request) = service.guard.admit(request).await?;
    let meeting: MeetingName = name("name", &request.name)?;
    service.meeting(admitted, &meeting).await?;
    let minutes = store::minutes::get(service.reader(), &meeting).await?;
    let wanted = if request.version == 0 {
        minutes.version
    } else {
        request.version
    };
    let version = one(service, &minutes, wanted).await?;
    let signatures = store::signature::of_version(service.reader(), &meeting, wanted).await?;
    let happened = store::minutes_facts::load(service.reader(), &meeting).await?;
    let due = happened.due(&names(service, &meeting).await?);
    let boxes: Vec<_> = due
        .iter()
        .map(|(member, display_name)| SealBox {
            display_name,
            signature: signatures
                .iter()
                .find(|signature: &&Signature| signature.member == *member),
        })
        .collect();
    Ok(pb::RenderedMinutes {
        meeting: meeting.to_string(),
        version: wanted,
        html: html(&version, minutes.version, &boxes),
    })
}
