//! The day has come: check-in, a vote that comes too early, quorum.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    CheckInRequest, GetQuorumRequest, Motion, OpenSessionRequest, OpenVoteRequest, SubmitMotionRequest,
};
use yihe_testkit::{Beizhan, Party, TestNode};

use crate::narrator::Narrator;
use crate::scenes::convening::Convened;

/// The session with its motion.
pub struct Session<'a> {
    /// `communities/…/motions/…`.
    pub motion: String,
    /// Who is present, in the order of check-in.
    pub present: Vec<&'a Party>,
}

pub async fn tell<'a>(
    node: &TestNode,
    narrator: &mut Narrator,
    beizhan: &'a Beizhan,
    convened: &Convened,
) -> Result<Session<'a>> {
    narrator.scene("开会", "In session");
    node.clock.set(convened.start);
    let secretary = &beizhan.committee.person;
    let check_in = CheckInRequest {
        name: convened.meeting.clone(),
        ..Default::default()
    };
    secretary
        .call(OpenSessionRequest {
            name: convened.meeting.clone(),
            ..Default::default()
        })
        .await
        .context("opening")?;
    narrator.step(
        "一周后到了会议时间,书记宣布开会",
        "a week later the secretary opens the session",
    );
    narrator.refused(
        "任期已满者想代表北站签到",
        "somebody whose appointment has lapsed tries to check in for the station",
        convened.lapsing.call(check_in.clone()).await,
        "NOT_YOUR_CAPACITY",
    )?;

    // station, school and eight more: 10 of 29 are no quorum
    let mut present: Vec<&Party> = Vec::new();
    for party in beizhan.units.iter().take(10) {
        party
            .person
            .call(check_in.clone())
            .await
            .with_context(|| format!("{} checks in", party.display_name))?;
        present.push(party);
    }
    let motion = Motion {
        agenda_item: convened.agenda.guides.clone(),
        text: "设立“小小文明劝导员”项目:深圳高级中学北校区学生到深圳北站参加文明劝导,服务计入志愿时长".into(),
        ..Default::default()
    };
    let request = SubmitMotionRequest {
        parent: convened.meeting.clone(),
        motion: Some(motion),
        ..Default::default()
    };
    let motion = beizhan
        .station()
        .person
        .call(request)
        .await
        .context("submitting the motion")?
        .name;
    narrator.step(
        "10 家签到;深圳北站提出议案",
        "ten have checked in; the station submits the motion",
    );
    narrator.refused(
        "人数不足即开始表决",
        "a vote before there is a quorum",
        secretary
            .call(OpenVoteRequest {
                parent: motion.clone(),
                ..Default::default()
            })
            .await,
        "MEETING_NOT_QUORATE",
    )?;

    let more = [&beizhan.committee, &beizhan.owners_committee, &beizhan.property_company];
    for party in more.into_iter().chain(beizhan.units.iter().skip(10).take(6)) {
        party
            .person
            .call(check_in.clone())
            .await
            .with_context(|| format!("{} checks in", party.display_name))?;
        present.push(party);
    }
    // the resident committee sends its cross-appointed member
    let for_residents = beizhan
        .cross_appointed
        .acting_as(&beizhan.resident_committee.organization);
    for_residents
        .call(check_in)
        .await
        .context("the resident committee checks in")?;
    present.push(&beizhan.resident_committee);

    let quorum = secretary
        .call(GetQuorumRequest {
            name: convened.meeting.clone(),
        })
        .await?;
    ensure!(quorum.met, "no quorum: {}", quorum.text_en);
    ensure!(
        (quorum.present, quorum.members) == (20, 29),
        "{} of {}",
        quorum.present,
        quorum.members
    );
    ensure!(convened.members == 29);
    narrator.step(&quorum.text_zh, &quorum.text_en);
    Ok(Session { motion, present })
}
