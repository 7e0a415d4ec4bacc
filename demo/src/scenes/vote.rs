//! One organization one vote, exact numbers, a resolution.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    CastBallotRequest, Choice, CloseVoteRequest, GetResolutionRequest, ListBallotsRequest, OpenVoteRequest, Resolution,
    Tally, TallyVerdict,
};
use yihe_testkit::{Actor, Beizhan};

use crate::narrator::Narrator;
use crate::scenes::admission::Partner;
use crate::scenes::session::Session;

pub async fn tell(
    narrator: &mut Narrator,
    beizhan: &Beizhan,
    partner: &Partner,
    session: &Session<'_>,
) -> Result<(Tally, Resolution)> {
    narrator.scene("记名表决", "Open roll-call vote");
    let secretary = &beizhan.committee.person;
    let vote = secretary
        .call(OpenVoteRequest {
            parent: session.motion.clone(),
            ..Default::default()
        })
        .await
        .context("opening the vote")?;
    ensure!(vote.eligible == 20, "{} may vote", vote.eligible);
    let ballot = |choice: Choice| CastBallotRequest {
        parent: vote.name.clone(),
        choice: choice.into(),
        ..Default::default()
    };

    narrator.refused(
        "非成员单位(志愿服务联合会)投票",
        "the federation, no member of the conference, votes",
        partner.manager.call(ballot(Choice::Yes)).await,
        "PERMISSION_DENIED",
    )?;
    narrator.refused(
        "居委会到会代表以业委会身份投票",
        "the person who checked in for the resident committee votes in the capacity of the owners' committee",
        beizhan
            .cross_appointed
            .acting_as(&beizhan.owners_committee.organization)
            .call(ballot(Choice::Yes))
            .await,
        "NOT_REPRESENTATIVE",
    )?;
    for (index, party) in session.present.iter().enumerate() {
        let choice = match index {
            0..16 => Choice::Yes,
            16..18 => Choice::No,
            _ => Choice::Abstain,
        };
        let person: Actor = if party.organization == beizhan.resident_committee.organization {
            beizhan.cross_appointed.acting_as(&party.organization)
        } else {
            party.person.clone()
        };
        person
            .call(ballot(choice))
            .await
            .with_context(|| format!("{} votes", party.display_name))?;
    }
    narrator.refused(
        "深圳北站再投一次",
        "the station votes a second time",
        beizhan.station().person.call(ballot(Choice::Yes)).await,
        "ALREADY_VOTED",
    )?;

    let closed = secretary
        .call(CloseVoteRequest {
            name: vote.name.clone(),
        })
        .await
        .context("closing the vote")?;
    let tally = closed.tally.context("a closed vote has a tally")?;
    ensure!(tally.verdict() == TallyVerdict::Adopted, "{:?}", tally.verdict());
    let counts = (tally.yes, tally.no, tally.abstain, tally.not_voted);
    ensure!(counts == (16, 2, 2, 9), "counted {counts:?}");
    narrator.step(
        &format!(
            "计票:赞成 {},反对 {},弃权 {},未到会 9",
            tally.yes, tally.no, tally.abstain
        ),
        &format!(
            "the count: {} in favour, {} against, {} abstaining, 9 of the roster absent",
            tally.yes, tally.no, tally.abstain
        ),
    );
    for test in &tally.tests {
        ensure!(test.met, "not met: {}", test.text_en);
        narrator.step(&test.text_zh, &test.text_en);
    }
    narrator.refused(
        "表决结束后补投",
        "a ballot after the close",
        beizhan.units[20].person.call(ballot(Choice::Yes)).await,
        "VOTE_CLOSED",
    )?;
    let request = ListBallotsRequest {
        parent: vote.name,
        page_size: 100,
        ..Default::default()
    };
    let ballots = beizhan.school().person.call(request).await?.ballots;
    let yes = ballots.iter().filter(|ballot| ballot.choice() == Choice::Yes).count();
    ensure!(
        (ballots.len(), yes) == (20, 16),
        "{} ballots, {yes} in favour",
        ballots.len()
    );

    let resolution = secretary
        .call(GetResolutionRequest {
            name: closed.resolution,
        })
        .await
        .context("the resolution")?;
    narrator.step(
        &format!("决议 {}:{}", resolution.number, resolution.text),
        &format!(
            "resolution {}: the project of the little courtesy guides is adopted",
            resolution.number
        ),
    );
    Ok((tally, resolution))
}
