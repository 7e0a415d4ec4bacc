//! The joint conference is set up, the agenda made, the notice served.

use anyhow::{Context, Result, anyhow, ensure};
use prost_types::Timestamp;
use yihe_kernel::{Clock, Timestamp as Instant};
use yihe_proto::directory::v1::{CreateInvitationRequest, EnrolRequest, Post};
use yihe_proto::meeting::v1::{
    AcknowledgeNoticeRequest, AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind,
    CreateAgendaItemRequest, CreateBodyRequest, CreateMeetingRequest, MatterClass, Meeting, ServeNoticeRequest,
    UpdateMeetingRequest,
};
use yihe_testkit::{Actor, Beizhan, TestNode};

use crate::narrator::Narrator;

/// The meeting after its notice.
pub struct Convened {
    /// `communities/…/meetings/…`.
    pub meeting: String,
    /// What is to be decided.
    pub agenda: Agenda,
    /// When it begins.
    pub start: Instant,
    /// Members on the roster.
    pub members: usize,
    /// A member of the station's staff whose appointment will have lapsed by then.
    pub lapsing: Actor,
}

/// The items to be decided, `communities/…/agendaItems/…` each.
pub struct Agenda {
    /// The little courtesy guides.
    pub guides: String,
    /// The election of a chair.
    pub election: String,
    /// The owners' repair fund, which no conference decides.
    pub reserved: String,
    /// The review of the property company's services.
    pub review: String,
}

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan) -> Result<Convened> {
    narrator.scene("召集联席会议", "Convening the joint conference");
    let secretary = &beizhan.committee.person;
    let body = Body {
        kind: BodyKind::JointConference.into(),
        display_name: "北站社区党建联席会议".into(),
        convener: beizhan.committee.organization.clone(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(body),
        ..Default::default()
    };
    let body = secretary.call(request).await.context("setting up the conference")?.name;
    let mut members = 0;
    for party in beizhan.conference() {
        let request = AddBodyMemberRequest {
            parent: body.clone(),
            organization: party.organization.clone(),
            ..Default::default()
        };
        secretary
            .call(request)
            .await
            .with_context(|| format!("adding {}", party.display_name))?;
        members += 1;
    }
    ensure!(members == 29, "the conference has {members} members");
    narrator.step(
        "书记设立联席会议:社区党委、居委会、业委会、物业公司与 25 家驻区单位,共 29 家,一家一票",
        "the secretary sets up the joint conference: Party committee, resident committee, owners' committee, property company and 25 resident units, 29 members, one vote each",
    );

    let now = node.clock.now();
    let meeting = Meeting {
        body,
        title: "三月联席会议".into(),
        location: "北站社区党群服务中心".into(),
        start_time: wire(now.plus_days(1)),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: beizhan.community.clone(),
        meeting: Some(meeting),
        ..Default::default()
    };
    let meeting = secretary.call(request).await.context("convening")?.name;
    let agenda = self::agenda(beizhan, &meeting).await?;
    narrator.step(
        "深圳北站缺志愿者,深高北校区学生需要志愿时长:两家各提一项议题;业委会提出动用维修资金更新电梯;社区党委提出物业服务半年评议、推选轮值主席",
        "the station lacks volunteers, the school's pupils need hours: each puts an item on the agenda; the owners' committee asks to use the repair fund for new lifts; the committee adds a review of the property company's services and the election of a chair",
    );

    let serve = ServeNoticeRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    let refusal = narrator.refused(
        "明天就开会:会议通知过短",
        "a notice for tomorrow is too short",
        secretary.call(serve.clone()).await,
        "NOTICE_TOO_SHORT",
    )?;
    ensure!(
        !refusal.metadata.is_empty(),
        "the refusal does not say when would be lawful"
    );
    let start = now.plus_days(7);
    let changed = Meeting {
        name: meeting.clone(),
        start_time: wire(start),
        ..Default::default()
    };
    secretary
        .call(UpdateMeetingRequest {
            meeting: Some(changed),
            update_mask: vec!["start_time".into()],
        })
        .await
        .context("postponing the draft")?;
    let notice = secretary.call(serve).await.context("serving the notice")?;
    ensure!(
        notice.roster.len() == members,
        "{} members were served",
        notice.roster.len()
    );
    ensure!(notice.agenda.len() == 5, "{} items were noticed", notice.agenda.len());
    narrator.step(
        &format!(
            "改期一周后,发出通知:议程、29 家名册与议事规则包({})随之固定",
            notice.rule_pack
        ),
        &format!(
            "moved by a week, the notice is served: agenda, roster of 29 and rule pack ({}) are frozen",
            notice.rule_pack
        ),
    );
    for party in [beizhan.station(), beizhan.school()] {
        party
            .person
            .call(AcknowledgeNoticeRequest { name: meeting.clone() })
            .await
            .context("acknowledging")?;
    }
    narrator.step(
        "北站与学校签收通知",
        "the station and the school acknowledge the notice",
    );
    let lapsing = lapsing(node, beizhan, now.plus_days(2)).await?;
    Ok(Convened {
        meeting,
        agenda,
        start,
        members,
        lapsing,
    })
}

async fn agenda(beizhan: &Beizhan, meeting: &str) -> Result<Agenda> {
    use AgendaItemKind::{Decision, Deliberation};
    let (station, school) = (beizhan.station(), beizhan.school());
    let owners = &beizhan.owners_committee;
    let committee = &beizhan.committee;
    let guides = "车站日均客流 65 万,缺少文明劝导志愿者";
    let hours = "学生每学年需要志愿服务时长";
    let lifts = "6 部电梯使用满 15 年,拟动用住宅专项维修资金 180 万元更新";
    let review = "评议上半年物业服务,结果报街道";
    let chair = "联席会议每半年推选一家轮值主席单位";
    let items = [
        (
            station,
            "“小小文明劝导员”项目",
            guides,
            Decision,
            MatterClass::ResourceSharing,
        ),
        (
            school,
            "学生志愿服务时长",
            hours,
            Deliberation,
            MatterClass::ResourceSharing,
        ),
        (
            owners,
            "动用维修资金更新电梯",
            lifts,
            Decision,
            MatterClass::OwnersOrdinary,
        ),
        (
            committee,
            "物业服务半年评议",
            review,
            Decision,
            MatterClass::Coordination,
        ),
        (committee, "推选轮值主席单位", chair, Decision, MatterClass::Election),
    ];
    let mut names = Vec::new();
    for (party, title, description, kind, class) in items {
        let request = CreateAgendaItemRequest {
            parent: meeting.to_owned(),
            agenda_item: Some(AgendaItem {
                title: title.into(),
                description: description.into(),
                kind: kind.into(),
                matter_class: class.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let item = party
            .person
            .call(request)
            .await
            .with_context(|| format!("the item {title}"))?;
        names.push(item.name);
    }
    let [guides, _, reserved, review, election] =
        <[String; 5]>::try_from(names).map_err(|names| anyhow!("{} items", names.len()))?;
    Ok(Agenda {
        guides,
        election,
        reserved,
        review,
    })
}

async fn lapsing(node: &TestNode, beizhan: &Beizhan, until: Instant) -> Result<Actor> {
    let station = &beizhan.station().organization;
    let request = CreateInvitationRequest {
        parent: beizhan.community.clone(),
        organization: station.clone(),
        post: Post::Staff.into(),
        full_name: "任期将满者".into(),
        end_time: wire(until),
        ..Default::default()
    };
    let invited = beizhan
        .committee
        .person
        .call(request)
        .await
        .context("inviting for a short term")?;
    let (login, password) = ("lapsing", "correct horse battery 任期");
    let request = EnrolRequest {
        enrolment_code: invited.enrolment_code,
        login: login.into(),
        password: password.into(),
    };
    let enrolled = node.stranger().call(request).await?;
    node.stranger().saw(&enrolled.appointment, &enrolled.revision);
    Ok(node.stranger().sign_in(login, password).await?.acting_as(station))
}

fn wire(instant: Instant) -> Option<Timestamp> {
    Some(instant.to_proto())
}
