//! The second story, the dark culvert: seven units decline in turn, an on-site meeting divides it among three, each accepts
//! its part, shows its evidence, and the problem is closed.

use anyhow::{Context, Result, ensure};
use yihe_kernel::Clock;
use yihe_proto::meeting::v1::{
    AcceptCommitmentRequest, AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CheckInRequest,
    CommitmentLine, CommitmentPart, CommitmentState, CompleteCommitmentRequest, ConfirmCommitmentRequest,
    CreateAgendaItemRequest, CreateBodyRequest, CreateCommitmentsRequest, CreateMeetingRequest,
    DeclineCommitmentRequest, GetProblemRequest, LinkProblemRequest, ListCommitmentHistoryRequest, MatterClass,
    Meeting, OpenSessionRequest, Problem, ReassignCommitmentRequest, ReportProblemRequest, ServeNoticeRequest,
};
use yihe_testkit::{Beizhan, Party, TestNode};

use crate::narrator::Narrator;

/// Each declines with a good reason.
const REASONS: [&str; 7] = [
    "桥洞不在我单位管养范围",
    "照明设施由市政统一建设",
    "河道归口水务,道路不归我管",
    "没有该路段的电源接入权",
    "预算未列该项目",
    "需先确认产权单位",
    "仅负责治安巡逻,可配合夜间值守",
];

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    narrator.scene("第二个故事:黑桥洞", "The second story: the dark culvert");
    let secretary = &beizhan.committee.person;
    let problem = beizhan
        .resident_committee
        .person
        .call(ReportProblemRequest {
            parent: beizhan.community.clone(),
            problem: Some(Problem {
                title: "汤坑河桥洞夜间无灯".into(),
                description: "居民随手拍:桥洞照明缺失,路面破损,夜间行走危险".into(),
                ..Default::default()
            }),
            ..Default::default()
        })
        .await
        .context("reporting the problem")?
        .name;
    let units = &beizhan.units[18..25];
    let meeting = on_site(node, beizhan, units, &problem).await?;
    narrator.step(
        "居委会上报桥洞无灯,书记召集七家单位现场协商",
        "the resident committee reports the dark culvert; the secretary calls seven units to the spot",
    );

    // one line goes round all seven before it is divided
    let due = "2026-05-31";
    let line = |party: &Party, part: CommitmentPart, text: &str| CommitmentLine {
        organization: party.organization.clone(),
        part: part.into(),
        text: text.into(),
        due_date: due.into(),
        problem: problem.clone(),
        ..Default::default()
    };
    let request = CreateCommitmentsRequest {
        parent: meeting.clone(),
        lines: vec![line(&units[0], CommitmentPart::Lead, "桥洞亮起来")],
        ..Default::default()
    };
    let made = secretary
        .call(request)
        .await
        .context("asking the first unit")?
        .commitments;
    let whole = made.first().context("one commitment")?.name.clone();
    for (index, (unit, reason)) in units.iter().zip(REASONS).enumerate() {
        let request = DeclineCommitmentRequest {
            name: whole.clone(),
            reason: reason.into(),
            ..Default::default()
        };
        let declined = unit
            .person
            .call(request)
            .await
            .with_context(|| format!("{} declines", unit.display_name))?;
        ensure!(
            declined.holder == beizhan.committee.organization,
            "held by {}",
            declined.holder
        );
        if let Some(next) = units.get(index + 1) {
            let request = ReassignCommitmentRequest {
                name: whole.clone(),
                organization: next.organization.clone(),
                reason: "请研究办理".into(),
                ..Default::default()
            };
            secretary.call(request).await.context("asking the next")?;
        }
    }
    narrator.step(
        "七家依次说明理由不予接受,每次都退回召集单位,事项始终有一个持有者",
        "seven decline in turn, each with its reason; each time it goes back to the convener: somebody holds it at every instant",
    );

    let parts = [(0, "粉刷桥体"), (3, "安装照明灯具"), (1, "修复步道")];
    let request = ReassignCommitmentRequest {
        name: whole.clone(),
        organization: units[parts[0].0].organization.clone(),
        reason: format!("现场划分:{}", parts[0].1),
        ..Default::default()
    };
    secretary.call(request).await.context("dividing")?;
    let request = CreateCommitmentsRequest {
        parent: meeting.clone(),
        lines: parts[1..]
            .iter()
            .map(|(unit, text)| line(&units[*unit], CommitmentPart::Support, text))
            .collect(),
        ..Default::default()
    };
    let more = secretary.call(request).await.context("dividing")?.commitments;
    let commitments = std::iter::once(whole.clone()).chain(more.into_iter().map(|commitment| commitment.name));
    let assigned: Vec<(&Party, String)> = parts.iter().map(|(unit, _)| &units[*unit]).zip(commitments).collect();
    for (unit, name) in &assigned {
        let request = AcceptCommitmentRequest {
            name: name.clone(),
            ..Default::default()
        };
        unit.person
            .call(request)
            .await
            .with_context(|| format!("{} accepts", unit.display_name))?;
    }
    narrator.step(
        "现场一分为三:刷桥体、挂灯、修路,三家各自接受",
        "on the spot it is divided in three: paint the bridge, hang the lights, repair the path; each of three accepts its part",
    );

    for (unit, name) in &assigned {
        let photo = unit
            .person
            .upload(name, "完工照片.png", "image/png", PIXEL)
            .await
            .context("uploading a photo")?;
        let request = CompleteCommitmentRequest {
            name: name.clone(),
            note: "已完工".into(),
            evidence: vec![photo.name],
            ..Default::default()
        };
        unit.person
            .call(request)
            .await
            .with_context(|| format!("{} is done", unit.display_name))?;
        let confirmed = secretary
            .call(ConfirmCommitmentRequest {
                name: name.clone(),
                ..Default::default()
            })
            .await
            .context("confirming")?;
        ensure!(
            confirmed.state() == CommitmentState::Confirmed,
            "{:?}",
            confirmed.state()
        );
    }
    let request = GetProblemRequest { name: problem };
    let problem = secretary.call(request).await?;
    ensure!(problem.close_time.is_some(), "the problem is still open");
    let request = ListCommitmentHistoryRequest {
        parent: whole,
        page_size: 100,
        ..Default::default()
    };
    let steps = secretary.call(request).await?.steps;
    ensure!(
        steps.iter().all(|step| !step.holder.is_empty()),
        "nobody held it for a while"
    );
    narrator.step(
        &format!(
            "三家上传完工照片,逐项确认,桥洞问题销号;牵头事项全程 {} 步可查",
            steps.len()
        ),
        &format!(
            "three photos of the work, each part confirmed, the problem closed; {} steps of the lead part on record",
            steps.len()
        ),
    );
    Ok(())
}

async fn on_site(node: &TestNode, beizhan: &Beizhan, units: &[Party], problem: &str) -> Result<String> {
    let secretary = &beizhan.committee.person;
    let body = Body {
        kind: BodyKind::OnSite.into(),
        display_name: "汤坑河桥洞现场协商会".into(),
        convener: beizhan.committee.organization.clone(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(body),
        ..Default::default()
    };
    let body = secretary
        .call(request)
        .await
        .context("setting up the on-site meeting")?
        .name;
    for unit in units {
        let request = AddBodyMemberRequest {
            parent: body.clone(),
            organization: unit.organization.clone(),
            ..Default::default()
        };
        secretary.call(request).await?;
    }
    let start = node.clock.now().plus_days(7);
    let meeting = Meeting {
        body,
        title: "桥洞亮灯现场会".into(),
        location: "汤坑河桥洞".into(),
        start_time: Some(start.to_proto()),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: beizhan.community.clone(),
        meeting: Some(meeting),
        ..Default::default()
    };
    let meeting = secretary.call(request).await.context("convening on site")?.name;
    let item = AgendaItem {
        title: "桥洞照明与步道".into(),
        kind: AgendaItemKind::Deliberation.into(),
        matter_class: MatterClass::Coordination.into(),
        ..Default::default()
    };
    let request = CreateAgendaItemRequest {
        parent: meeting.clone(),
        agenda_item: Some(item),
        ..Default::default()
    };
    let item = secretary.call(request).await?.name;
    let request = LinkProblemRequest {
        name: problem.to_owned(),
        agenda_item: item,
    };
    secretary.call(request).await.context("linking the problem")?;
    let request = ServeNoticeRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    secretary.call(request).await.context("serving the notice on site")?;
    node.clock.set(start);
    let request = OpenSessionRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    secretary.call(request).await?;
    for unit in units {
        let request = CheckInRequest {
            name: meeting.clone(),
            ..Default::default()
        };
        unit.person.call(request).await?;
    }
    Ok(meeting)
}

/// One white pixel: the smallest photo there is.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00, 0x0c, 0x49,
    0x44, 0x41, 0x54, 0x08, 0xd7, 0x63, 0xf8, 0xff, 0xff, 0x3f, 0x00, 0x05, 0xfe, 0x02, 0xfe, 0xdc, 0xcc, 0x59, 0xe7,
    0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
