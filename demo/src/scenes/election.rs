//! The conference elects its chair by secret ballot; the room loses its quorum and regains it.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    BallotMethod, CheckInRequest, CheckOutRequest, Choice, GetQuorumRequest, ListBallotsRequest, OpenVoteRequest,
    TallyVerdict,
};
use yihe_testkit::Party;

use crate::narrator::Narrator;
use crate::room::Room;

/// The item of the election, and who is present.
pub async fn tell(narrator: &mut Narrator, room: Room<'_>, agenda_item: &str, present: &[&Party]) -> Result<()> {
    narrator.scene(
        "推选轮值主席:法定人数与无记名表决",
        "Electing the chair: quorum and secret ballot",
    );
    let candidate = room.beizhan.school();
    let text = format!("推选{}为联席会议下半年轮值主席单位", candidate.display_name);
    let motion = room
        .nominate(&room.beizhan.committee, agenda_item, candidate, &text)
        .await?;

    // six of twenty leave: 14 of 29 are no quorum
    let leaving = &present[4..10];
    for party in leaving {
        let request = CheckOutRequest {
            name: room.meeting.to_owned(),
            ..Default::default()
        };
        room.speaker(party)
            .call(request)
            .await
            .with_context(|| format!("{} leaves", party.display_name))?;
    }
    let open = OpenVoteRequest {
        parent: motion.clone(),
        method: BallotMethod::Secret.into(),
        ..Default::default()
    };
    narrator.refused(
        "6 家临时离场,到会 14 家,不足半数:表决自动中止",
        "six leave for a while, 14 of 29 are left: decisions halt by themselves",
        room.beizhan.committee.person.call(open).await,
        "MEETING_NOT_QUORATE",
    )?;
    for party in leaving {
        let request = CheckInRequest {
            name: room.meeting.to_owned(),
            ..Default::default()
        };
        room.speaker(party)
            .call(request)
            .await
            .with_context(|| format!("{} returns", party.display_name))?;
    }
    let request = GetQuorumRequest {
        name: room.meeting.to_owned(),
    };
    let quorum = room.beizhan.committee.person.call(request).await?;
    ensure!(quorum.met && quorum.present == 20, "{}", quorum.text_en);
    narrator.step(
        &format!("6 家返场,{}", quorum.text_zh),
        &format!("the six return: {}", quorum.text_en),
    );

    let vote = room
        .open(&motion, BallotMethod::Secret)
        .await
        .context("opening the election")?;
    room.cast_all(present, &vote.name, 15, 3).await?;
    let (_, tally) = room.close(&vote.name, (15, 3, 2)).await?;
    ensure!(tally.verdict() == TallyVerdict::Adopted, "{:?}", tally.verdict());
    let request = ListBallotsRequest {
        parent: vote.name,
        page_size: 100,
        ..Default::default()
    };
    let ballots = room.beizhan.committee.person.call(request).await?.ballots;
    let sealed = ballots
        .iter()
        .filter(|ballot| ballot.choice() == Choice::Sealed)
        .count();
    ensure!(
        sealed == 20 && ballots.len() == 20,
        "{sealed} of {} ballots are sealed",
        ballots.len()
    );
    narrator.step(
        &format!(
            "无记名表决:赞成 15、反对 3、弃权 2,{} 当选;名单只显示谁投过票,票面与密钥均已销毁",
            candidate.display_name
        ),
        "the secret ballot: 15 in favour, 3 against, 2 abstaining, the school is elected; the list shows who voted, ballots and key are destroyed",
    );
    for test in &tally.tests {
        narrator.step(&test.text_zh, &test.text_en);
    }
    Ok(())
}
