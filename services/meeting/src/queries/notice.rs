use sea_orm::ConnectionTrait;
use tonic::Request;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::Failure;
use yihe_tally::RulePack;

use crate::convert::{self, name};
use crate::domain::{BodyKind, Meeting, Member, NoticePeriod, Step, pack_in_force};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{reasons, store};

// names of those without proof that an answer holds
const NAMED: usize = 1000;

pub async fn check(service: &Service, request: Request<pb::CheckNoticeRequest>) -> Result<pb::NoticeCheck> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (_, meeting) = service.meeting(admitted, &name).await?;
    meeting.expect(Step::ServeNotice)?;
    let now = service.now();
    let (pack, members) = electorate(service.reader(), &meeting, now).await?;
    let calendar = service.calendars.at(now).await?;
    let period = NoticePeriod::of(&pack, &meeting, &calendar, now)?;
    let waived = store::waiver::members(service.reader(), &meeting).await?;
    Ok(convert::notice::check(
        &name.community,
        (&pack, &period),
        &members,
        &waived,
    ))
}

/// Under which rules and to whom the notice of a meeting would be served now: those of its first notice, if there was one.
pub async fn electorate(
    conn: &impl ConnectionTrait,
    meeting: &Meeting,
    now: Timestamp,
) -> Result<(RulePack, Vec<Member>), Failure> {
    if let Some(first) = store::notice::find(conn, &meeting.name).await? {
        let members = first.roster.iter().map(|entry| entry.member).collect();
        return Ok((first.pack, members));
    }
    let name = meeting.name.body(meeting.body);
    let body = store::body::find(conn, &name)
        .await?
        .ok_or_else(|| Error::not_found(&name))?;
    let pack = pack_in_force(body.kind, Some(&body.rule_pack), &name.community, now)?;
    let members = store::body::members_now(conn, &name).await?;
    Ok((pack.clone(), members.into_iter().map(|(member, _)| member).collect()))
}

pub async fn deliveries(
    service: &Service,
    request: Request<pb::ListDeliveriesRequest>,
) -> Result<pb::ListDeliveriesResponse> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("parent", &request.parent)?;
    let (_, meeting) = service.meeting(admitted, &name).await?;
    let notice = store::notice::find(service.reader(), &name).await?;
    let notice = notice.ok_or_else(|| Error::new(&reasons::NOTICE_NOT_SERVED).with("name", &name))?;
    let query = format!("deliveries {} of {name}", meeting.notice_round);
    let page = service.store.page(&query, request.page_size, &request.page_token)?;
    let listed = store::delivery::list(service.reader(), &name, meeting.notice_round, &page).await?;
    let (listed, next_page_token) = page.next(listed, |delivery| delivery.id.to_string());
    let reached = store::delivery::recipients(service.reader(), &name, meeting.notice_round).await?;
    // who acknowledged was reached
    let without_proof = notice
        .roster
        .iter()
        .filter(|entry| entry.acknowledged_at.is_none() && !reached.contains(&entry.member));
    let told = reached
        .iter()
        .any(|recipient| notice.roster.iter().all(|entry| entry.member != *recipient));
    Ok(pb::ListDeliveriesResponse {
        deliveries: listed
            .into_iter()
            .map(|delivery| convert::notice::delivery(&name, delivery))
            .collect(),
        next_page_token,
        without_proof: without_proof
            .take(NAMED)
            .map(|entry| entry.member.name(&name.community))
            .collect(),
        resident_committee_to_be_told: meeting.body_kind == BodyKind::OwnersAssembly && !told,
    })
}
