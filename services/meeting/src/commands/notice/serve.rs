use std::sync::Arc;

use sea_orm::ConnectionTrait;
use tonic::Request;
use yihe_authz::Authorized;
use yihe_kernel::{Error, Result, Timestamp};
use yihe_proto::meeting::v1 as pb;
use yihe_store::{Failure, Tx};
use yihe_tally::Calendar;

use crate::convert::name;
use crate::domain::owners::Register;
use crate::domain::{
    Body, Frozen, Meeting, Member, Notice, NoticePeriod, Organization, Room, RosterEntry, Step, owners, pack_in_force,
};
use crate::names::MeetingName;
use crate::service::Service;
use crate::{events, reasons, store};

/// How long the papers of a notice are kept, in days: ten years.
pub const PAPERS_KEPT_DAYS: i64 = 3653;

struct Serve {
    service: Arc<Service>,
    by: Authorized,
    name: MeetingName,
    etag: String,
    body: Body,
    asked: Vec<(Member, String)>,
    known: Vec<Organization>,
    calendar: Calendar,
    /// The register that the first notice of a written meeting freezes.
    register: Option<Register>,
}

pub async fn serve(service: &Arc<Service>, request: Request<pb::ServeNoticeRequest>) -> Result<pb::Notice> {
    let (admitted, request) = service.guard.admit(request).await?;
    let name: MeetingName = name("name", &request.name)?;
    let (by, meeting) = service.meeting(admitted, &name).await?;
    let body = name.body(meeting.body);
    let body = store::body::find(service.reader(), &body)
        .await?
        .ok_or_else(|| Error::not_found(&body))?;
    let asked = store::body::members_now(service.reader(), &body.name).await?;
    let organizations: Vec<_> = asked.iter().filter_map(|(member, _)| member.organization()).collect();
    let known = service.directory.organizations(&name.community, &organizations).await?;
    let register = match (body.compound, service.frozen.of(&name).await?) {
        (Some(compound), None) if meeting.is_written() => Some(service.directory.register(&name, compound).await?),
        _ => None,
    };
    let input = Serve {
        service: Arc::clone(service),
        by,
        name,
        etag: request.etag,
        body,
        asked,
        known,
        calendar: service.calendars.at(service.now()).await?,
        register,
    };
    if request.validate_only {
        return Ok(draw_up(service.reader(), &meeting, &input, service.now()).await?.into());
    }
    // what a notice cites can be read as long as the notice
    let agenda = store::agenda::all(service.reader(), &meeting.name).await?;
    let papers: Vec<_> = agenda.into_iter().flat_map(|item| item.papers).collect();
    let files: Vec<_> = papers.into_iter().map(|paper| paper.file).collect();
    let until = service.now().plus_days(PAPERS_KEPT_DAYS);
    service.files.retain(&files, until).await?;
    let notice = service
        .store
        .transaction("meeting.serve_notice", input, |tx, input| Box::pin(apply(tx, input)))
        .await?;
    tracing::info!(meeting = %notice.meeting, roster = notice.roster.len(), "notice served");
    Ok(notice.into())
}

async fn apply(tx: &Tx, input: &Serve) -> Result<Notice, Failure> {
    let Serve { service, by, name, .. } = input;
    let now = service.now();
    let meeting = store::meeting::hold(tx, name).await?;
    let notice = draw_up(tx, &meeting, input, now).await?;
    let empty_room = Room::default().quorum(&Frozen::new(notice.clone(), &meeting), now)?;
    let noticed = meeting.serve_notice(&empty_room, now)?;
    if noticed.notice_round == 1 {
        store::notice::insert(tx, by, &notice).await?;
        if let Some(register) = &input.register {
            store::owners::freeze(tx, by, name, register).await?;
        }
    } else {
        store::notice::renew(tx, by, &notice).await?;
    }
    store::meeting::save(tx, by, noticed).await?;
    events::append(tx, by, events::NoticeServed, name, name, now).await?;
    Ok(notice)
}

async fn draw_up(
    conn: &impl ConnectionTrait,
    meeting: &Meeting,
    input: &Serve,
    now: Timestamp,
) -> Result<Notice, Failure> {
    let notice = compose(conn, meeting, input, now).await?;
    meeting.expect_voting_end()?;
    if meeting.is_written() {
        expect_votable(conn, meeting, input, &notice).await?;
    }
    let period = NoticePeriod::of(&notice.pack, meeting, &input.calendar, now)?;
    let waived = store::waiver::members(conn, meeting).await?;
    let members = notice.roster.iter().map(|entry| entry.member);
    period.expect_kept_or_waived(&meeting.name.community, members, &waived)?;
    Ok(notice)
}

async fn compose(
    conn: &impl ConnectionTrait,
    meeting: &Meeting,
    input: &Serve,
    now: Timestamp,
) -> Result<Notice, Failure> {
    meeting.expect_etag(&input.etag)?;
    meeting.expect(Step::ServeNotice)?;
    if let Some(first) = store::notice::find(conn, &meeting.name).await? {
        let agenda = store::agenda::all(conn, &meeting.name).await?;
        return Ok(first.renew(meeting, agenda, now)?);
    }
    // the directory was asked before: about all who are members now?
    let members = store::body::members_now(conn, &input.body.name).await?;
    if members.iter().any(|member| !input.asked.contains(member)) {
        return Err(Error::new(&reasons::MEMBERS_CHANGED).with("name", &meeting.name).into());
    }
    let roster = match &input.register {
        Some(register) => register.roster(),
        None => members
            .into_iter()
            .filter_map(|member| RosterEntry::of(member, &input.known))
            .collect(),
    };
    let body = &input.body;
    let pack = pack_in_force(body.kind, Some(&body.rule_pack), &body.name.community, now)?;
    let agenda = store::agenda::all(conn, &meeting.name).await?;
    let mut notice = Notice::draw_up(meeting, agenda, roster, pack.clone(), now)?;
    notice.register = input.register.as_ref().map(|register| register.extract);
    Ok(notice)
}

/// Refuses a notice by which owners could not vote in writing.
async fn expect_votable(
    conn: &impl ConnectionTrait,
    meeting: &Meeting,
    input: &Serve,
    notice: &Notice,
) -> Result<(), Failure> {
    let frozen;
    let units = match &input.register {
        Some(register) => &register.units,
        None => {
            frozen = store::owners::units(conn, &meeting.name).await?;
            &frozen
        }
    };
    let buildings = units.iter().map(|unit| unit.building.as_str()).collect();
    let motions = store::motion::of_meeting(conn, &meeting.name).await?;
    Ok(owners::expect_votable(
        meeting,
        &notice.pack,
        &notice.agenda,
        &motions,
        &buildings,
    )?)
}
