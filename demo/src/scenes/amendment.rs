//! The school amends the motion before it is voted.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    Amendment, GetMotionRequest, ListMotionVersionsRequest, OpenVoteRequest, SubmitAmendmentRequest,
};
use yihe_testkit::Party;

use crate::narrator::Narrator;
use crate::room::Room;

const AMENDED: &str =
    "设立“小小文明劝导员”项目:深圳高级中学北校区学生每周六到深圳北站参加文明劝导,服务计入志愿时长,学校派教师带队";

pub async fn tell(narrator: &mut Narrator, room: Room<'_>, motion: &str, present: &[&Party]) -> Result<()> {
    narrator.scene("修正案", "An amendment");
    let amendment = Amendment {
        motion: motion.to_owned(),
        text: AMENDED.into(),
        rationale: "学生安全需要教师带队,周六不影响上课".into(),
        ..Default::default()
    };
    let request = SubmitAmendmentRequest {
        parent: room.meeting.to_owned(),
        amendment: Some(amendment),
        ..Default::default()
    };
    let school = room.beizhan.school();
    let amendment = school.person.call(request).await.context("amending")?;
    narrator.refused(
        "修正案未决,先表决原案",
        "a vote on the motion while its amendment is open",
        room.beizhan
            .committee
            .person
            .call(OpenVoteRequest {
                parent: motion.to_owned(),
                ..Default::default()
            })
            .await,
        "AMENDMENTS_PENDING",
    )?;
    let request = OpenVoteRequest {
        parent: motion.to_owned(),
        amendment: amendment.name,
        ..Default::default()
    };
    let vote = room
        .beizhan
        .committee
        .person
        .call(request)
        .await
        .context("voting the amendment")?;
    room.cast_all(present, &vote.name, 17, 2).await?;
    room.close(&vote.name, (17, 2, 1)).await?;
    let now = school
        .person
        .call(GetMotionRequest {
            name: motion.to_owned(),
        })
        .await?;
    ensure!(now.text == AMENDED, "the motion reads {}", now.text);
    let versions = school
        .person
        .call(ListMotionVersionsRequest {
            parent: motion.to_owned(),
            ..Default::default()
        })
        .await?
        .versions;
    ensure!(versions.len() == 2, "{} versions", versions.len());
    narrator.step(
        "学校提出修正案(每周六、教师带队),先行表决通过,议案改为第 2 版,原文留存",
        "the school's amendment is voted first and adopted: the motion reads anew, its first version is kept",
    );
    Ok(())
}
