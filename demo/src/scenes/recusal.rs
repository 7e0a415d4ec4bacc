//! The one a matter is about steps aside, because the others say so; and who disagrees has it written down and answered.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    AnswerDissentRequest, AttachDissentRequest, BallotMethod, CastBallotRequest, Choice, DecideRecusalRequest, Hands,
    MoveRecusalRequest, OpenVoteRequest, RecusalState, TallyVerdict,
};
use yihe_testkit::Party;

use crate::narrator::Narrator;
use crate::room::Room;

const TEXT: &str = "上半年物业服务评议结果为“合格”,报街道";

pub async fn tell(narrator: &mut Narrator, room: Room<'_>, agenda_item: &str, present: &[&Party]) -> Result<()> {
    narrator.scene("回避与不同意见", "Recusal and dissent");
    let beizhan = room.beizhan;
    let (secretary, property) = (&beizhan.committee.person, &beizhan.property_company);
    let motion = room.submit(&beizhan.committee, agenda_item, TEXT).await?;
    let others = aside(narrator, room, agenda_item, &motion, present).await?;

    let vote = room.open(&motion, BallotMethod::OpenRollCall).await?;
    let quorum = vote.quorum.clone().context("a vote has its certificate")?;
    ensure!(
        (quorum.members, quorum.present, vote.eligible) == (28, 19, 19),
        "{} of {}, {} may vote",
        quorum.present,
        quorum.members,
        vote.eligible
    );
    let ballot = CastBallotRequest {
        parent: vote.name.clone(),
        choice: Choice::Yes.into(),
        ..Default::default()
    };
    narrator.refused(
        "物业公司仍想投票",
        "the property company votes all the same",
        property.person.call(ballot).await,
        "MEMBER_RECUSED",
    )?;
    room.cast_all(&others, &vote.name, 15, 3).await?;
    let (closed, tally) = room.close(&vote.name, (15, 3, 1)).await?;
    ensure!(tally.verdict() == TallyVerdict::Adopted, "{:?}", tally.verdict());
    narrator.step(
        "回避后应到 28、到会 19,分子、分母与法定人数都不含物业公司;赞成 15,通过",
        "without the one recused 19 of 28 are present; it is in no number of the count; 15 in favour, adopted",
    );

    let dissenter = others[15];
    let request = AttachDissentRequest {
        parent: room.meeting.to_owned(),
        subject: closed.resolution,
        text: "报修平均 3 天才上门,应评“基本合格”,请写明整改期限".into(),
        ..Default::default()
    };
    let dissent = room.speaker(dissenter).call(request).await.context("dissenting")?;
    let request = AnswerDissentRequest {
        name: dissent.name,
        answer: "已与物业公司约定:报修 24 小时内上门,下次会议通报".into(),
    };
    secretary.call(request).await.context("answering")?;
    narrator.step(
        &format!("{}提出不同意见,书记当场答复;两者随纪要留存", dissenter.display_name),
        "one of those against attaches its dissent, the secretary answers; the minutes carry both",
    );
    Ok(())
}

/// The school moves that the property company stand aside, and the others decide. Returns them.
async fn aside<'a>(
    narrator: &mut Narrator,
    room: Room<'_>,
    agenda_item: &str,
    motion: &str,
    present: &[&'a Party],
) -> Result<Vec<&'a Party>> {
    let beizhan = room.beizhan;
    let (secretary, property) = (&beizhan.committee.person, &beizhan.property_company.organization);
    let request = MoveRecusalRequest {
        parent: agenda_item.to_owned(),
        member: property.clone(),
        reason: "评议的正是该公司的服务".into(),
        ..Default::default()
    };
    let moved = beizhan
        .school()
        .person
        .call(request)
        .await
        .context("moving the recusal")?;
    let open = OpenVoteRequest {
        parent: motion.to_owned(),
        ..Default::default()
    };
    narrator.refused(
        "回避未决即表决",
        "a vote while the recusal is undecided",
        secretary.call(open).await,
        "RECUSAL_PENDING",
    )?;
    let decide = |in_favour: &[&Party], against: Vec<String>| DecideRecusalRequest {
        name: moved.name.clone(),
        hands: Some(Hands {
            in_favour: in_favour.iter().map(|party| party.organization.clone()).collect(),
            against,
            abstaining: Vec::new(),
        }),
    };
    let others: Vec<_> = present
        .iter()
        .copied()
        .filter(|party| party.organization != *property)
        .collect();
    narrator.refused(
        "物业公司对自己的回避举手反对",
        "the property company raises its own hand against",
        secretary.call(decide(&others, vec![property.clone()])).await,
        "HAND_CONCERNED",
    )?;
    let decided = secretary
        .call(decide(&others[..17], Vec::new()))
        .await
        .context("deciding")?;
    ensure!(decided.state() == RecusalState::InForce, "{:?}", decided.state());
    narrator.step(
        "学校动议物业公司回避;不由主持人独断,由其余 19 家举手,17 家赞成,物业公司对此项回避",
        "the school moves that the property company stand aside; not the chair but the other nineteen decide, 17 hands in favour",
    );
    Ok(others)
}
