//! The owners decide by area and heads what the conference could not: in writing, through the gateway and on paper.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use yihe_kernel::{Clock, Timestamp};
use yihe_proto::directory::v1::{EnrolOwnerRequest, ImportRegisterRequest, InviteOwnerRequest, ListUnitsRequest, Unit};
use yihe_proto::meeting::v1::{
    AnswerChallengeRequest, Body, BodyKind, CastUnitBallotsRequest, ChallengeResultRequest, Choice, CloseVotingRequest,
    CreateBodyRequest, CreateMeetingRequest, ExportCountRequest, GetMotionRequest, GetRatificationRequest,
    ListUnitBallotsRequest, Meeting, MeetingMode, MotionState, OpenVotingRequest, PaperUnitBallot, RatificationState,
    RecordPaperUnitBallotsRequest, RouteRatificationRequest, ServeNoticeRequest, TallyVerdict, Vote,
};
use yihe_tally::CountSheet;
use yihe_testkit::{Actor, Beizhan, TestNode, register};

use crate::narrator::Narrator;

const UNITS: usize = 1200;
const SEED: u64 = 278;
const NOTICE_DAYS: i64 = 16;
const VOTING_DAYS: i64 = 21;
const PASSWORD: &str = "correct horse battery 业主";
/// A scan stands for the paper ballots.
const SCAN: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan, ratification: &str) -> Result<()> {
    narrator.scene("业主大会书面表决", "The owners vote in writing");
    let units = registered(narrator, beizhan).await?;
    let meeting = noticed(node, narrator, beizhan, ratification).await?;

    node.clock.advance_seconds(NOTICE_DAYS * 86_400);
    let director = &beizhan.owners_committee.person;
    let request = OpenVotingRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    let vote = director
        .call(request)
        .await
        .context("opening the voting")?
        .votes
        .remove(0)
        .name;
    let owner = online(node, narrator, beizhan, &units, &vote).await?;
    on_paper(narrator, beizhan, &units, &meeting, &vote).await?;

    let close = CloseVotingRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    narrator.refused(
        "投票期未满即计票",
        "a count before the end of voting",
        director.call(close.clone()).await,
        "TOO_EARLY",
    )?;
    node.clock.advance_seconds(VOTING_DAYS * 86_400);
    let counted = director
        .call(close)
        .await
        .context("closing the voting")?
        .votes
        .remove(0);
    result(narrator, beizhan, &counted, ratification).await?;
    recount(narrator, beizhan, &vote).await?;
    challenged(narrator, beizhan, &owner, &vote).await
}

async fn registered(narrator: &mut Narrator, beizhan: &Beizhan) -> Result<Vec<Unit>> {
    let sample = register::sample(UNITS, SEED);
    let import = |csv: String| ImportRegisterRequest {
        parent: beizhan.compound.clone(),
        content: csv.into_bytes(),
        ..Default::default()
    };
    let twice = sample.csv.lines().nth(1).context("a line")?.to_owned();
    let faulty = beizhan
        .clerk
        .call(ImportRegisterRequest {
            validate_only: true,
            ..import(format!("{}{twice}\n", sample.csv))
        })
        .await
        .context("validating")?;
    ensure!(!faulty.faults.is_empty() && faulty.revision.is_none(), "{faulty:?}");
    let imported = beizhan.clerk.call(import(sample.csv)).await.context("importing")?;
    let revision = imported.revision.context("nothing was imported")?;
    ensure!(revision.units == 1200, "{} units", revision.units);
    narrator.step(
        &format!(
            "书记员导入业主名册 1200 户({} 位业主,合 {} 个表决人数);先前多出一行重复的户,逐行指出、一行未写",
            revision.owners, revision.heads
        ),
        &format!(
            "the clerk imports the register of 1,200 units ({} owners, {} heads); a line too many was named and nothing written",
            revision.owners, revision.heads
        ),
    );
    let mut units = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListUnitsRequest {
            parent: beizhan.compound.clone(),
            page_size: 1000,
            page_token,
            ..Default::default()
        };
        let page = beizhan.clerk.call(request).await.context("listing units")?;
        units.extend(page.units);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    ensure!(units.len() == UNITS, "{} units are listed", units.len());
    Ok(units)
}

async fn noticed(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan, ratification: &str) -> Result<String> {
    let director = &beizhan.owners_committee.person;
    let body = Body {
        kind: BodyKind::OwnersAssembly.into(),
        display_name: "龙塘新村业主大会".into(),
        convener: beizhan.owners_committee.organization.clone(),
        compound: beizhan.compound.clone(),
        ..Default::default()
    };
    let request = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(body),
        ..Default::default()
    };
    let body = director.call(request).await.context("setting up the assembly")?.name;
    let start = node.clock.now().plus_days(NOTICE_DAYS);
    let wire = |at: Timestamp| Some(at.to_proto());
    let meeting = Meeting {
        body,
        title: "电梯更新业主大会".into(),
        mode: MeetingMode::Written.into(),
        start_time: wire(start),
        voting_end_time: wire(start.plus_days(VOTING_DAYS)),
        ..Default::default()
    };
    let request = CreateMeetingRequest {
        parent: beizhan.community.clone(),
        meeting: Some(meeting),
        ..Default::default()
    };
    let meeting = director.call(request).await.context("convening")?.name;
    let request = RouteRatificationRequest {
        name: ratification.to_owned(),
        meeting: meeting.clone(),
    };
    beizhan.committee.person.call(request).await.context("routing")?;
    let request = ServeNoticeRequest {
        name: meeting.clone(),
        ..Default::default()
    };
    let notice = director.call(request).await.context("serving")?;
    let frozen = notice.register.context("no register was frozen")?;
    ensure!(frozen.units == 1200, "{} units were frozen", frozen.units);
    narrator.step(
        &format!(
            "书记把待定事项转业主大会;业委会发出通知,议案与名册({} 户、{} 人数、{} 平方米)随之固定,投票期 21 天",
            frozen.units,
            frozen.heads,
            square_metres(frozen.area)
        ),
        &format!(
            "the secretary routes the matter; the owners' committee serves notice, motion and register ({} units, {} heads, {} m²) are frozen, voting takes 21 days",
            frozen.units,
            frozen.heads,
            square_metres(frozen.area)
        ),
    );
    Ok(meeting)
}

/// The owner of several units votes at home; returns who.
async fn online(
    node: &TestNode,
    narrator: &mut Narrator,
    beizhan: &Beizhan,
    units: &[Unit],
    vote: &str,
) -> Result<Actor> {
    let alone = units
        .iter()
        .find(|unit| unit.owners.len() == 1)
        .context("a sole owner")?;
    let owner = alone.owners[0].owner.clone();
    let invited = beizhan
        .clerk
        .call(InviteOwnerRequest {
            name: owner.clone(),
            ..Default::default()
        })
        .await?;
    let login = "owner";
    let request = EnrolOwnerRequest {
        claim_code: invited.claim_code,
        login: login.into(),
        password: PASSWORD.into(),
    };
    let enrolled = node.stranger().call(request).await.context("enrolling the owner")?;
    node.stranger().saw(&enrolled.owner, &enrolled.revision);
    let person = node.stranger().sign_in(login, PASSWORD).await?.acting_as("self");
    let all = CastUnitBallotsRequest {
        parent: vote.to_owned(),
        choice: Choice::Yes.into(),
        ..Default::default()
    };
    narrator.refused(
        "物业公司代业主投票",
        "the property company votes for owners",
        beizhan.property_company.person.call(all.clone()).await,
        "PERMISSION_DENIED",
    )?;
    let another = units
        .iter()
        .find(|unit| unit.owners.iter().all(|one| one.owner != owner));
    let others = CastUnitBallotsRequest {
        units: vec![another.context("another's unit")?.name.clone()],
        ..all.clone()
    };
    narrator.refused(
        "业主为别人的房屋投票",
        "an owner votes for somebody else's unit",
        person.call(others).await,
        "NOT_YOUR_UNITS",
    )?;
    let cast = person.call(all).await.context("the owner votes")?.unit_ballots;
    ensure!(cast.iter().all(|ballot| ballot.owner == owner), "{cast:?}");
    narrator.step(
        "一位业主凭一次性认领码登录,在家为自己的房屋投票",
        "an owner signs in by a one-time code and votes at home",
    );
    Ok(person)
}

/// The clerk records what came in on paper: of ten heads seven in favour, one against, one abstaining, one silent.
async fn on_paper(narrator: &mut Narrator, beizhan: &Beizhan, units: &[Unit], meeting: &str, vote: &str) -> Result<()> {
    let scan = beizhan
        .clerk
        .upload(meeting, "纸质选票.pdf", "application/pdf", SCAN)
        .await
        .context("uploading the scan")?;
    let online = units
        .iter()
        .find(|unit| unit.owners.len() == 1)
        .map(|unit| unit.head.clone());
    let mut serial = BTreeMap::new();
    let mut ballots = Vec::new();
    for unit in units.iter().filter(|unit| Some(&unit.head) != online.as_ref()) {
        let next = serial.len();
        let choice = match *serial.entry(unit.head.clone()).or_insert(next) % 10 {
            0..7 => Choice::Yes,
            7 => Choice::No,
            8 => Choice::Abstain,
            _ => continue,
        };
        let first = unit.owners.first().context("a unit has owners")?;
        let owner = if unit.nominee.is_empty() {
            &first.owner
        } else {
            &unit.nominee
        };
        ballots.push(PaperUnitBallot {
            unit: unit.name.clone(),
            owner: owner.clone(),
            choice: choice.into(),
            ..Default::default()
        });
    }
    let record = |ballots: Vec<PaperUnitBallot>| RecordPaperUnitBallotsRequest {
        parent: vote.to_owned(),
        ballots,
        evidence: scan.name.clone(),
        ..Default::default()
    };
    let strange = PaperUnitBallot {
        building: "99栋".into(),
        number: "101".into(),
        choice: Choice::Yes.into(),
        ..Default::default()
    };
    narrator.refused(
        "录入名册上没有的 99 栋 101",
        "a ballot for a unit that is not on the roster",
        beizhan.clerk.call(record(vec![strange])).await,
        "PAPER_BALLOTS_REFUSED",
    )?;
    let recorded = beizhan.clerk.call(record(ballots.clone())).await.context("recording")?;
    ensure!(usize::try_from(recorded.recorded)? == ballots.len(), "{recorded:?}");
    narrator.step(
        &format!("书记员凭扫描件录入纸质选票 {} 张,注明代录", ballots.len()),
        &format!(
            "the clerk records {} paper ballots with their scan, marked as recorded",
            ballots.len()
        ),
    );
    Ok(())
}

async fn result(narrator: &mut Narrator, beizhan: &Beizhan, counted: &Vote, ratification: &str) -> Result<()> {
    let tally = counted.tally.clone().context("a closed vote has a tally")?;
    ensure!(tally.verdict() == TallyVerdict::Adopted, "{:?}", tally.verdict());
    for test in &tally.tests {
        ensure!(test.met, "not met: {}", test.text_en);
        narrator.step(&test.text_zh, &test.text_en);
    }
    let request = GetRatificationRequest {
        name: ratification.to_owned(),
    };
    let settled = beizhan.committee.person.call(request).await?;
    let motion = beizhan
        .committee
        .person
        .call(GetMotionRequest {
            name: settled.motion.clone(),
        })
        .await?;
    ensure!(
        settled.state() == RatificationState::Ratified && motion.state() == MotionState::Ratified,
        "{:?}, the motion is {:?}",
        settled.state(),
        motion.state()
    );
    narrator.step(
        "面积与人数双双达标:业主大会通过,联席会议待定的议案随之生效",
        "by area and by heads: the owners adopt it, and with it what waited for them takes effect",
    );
    Ok(())
}

/// Who votes how is told to few, and every look is kept; the count is anybody's to make again.
async fn recount(narrator: &mut Narrator, beizhan: &Beizhan, vote: &str) -> Result<()> {
    let list = ListUnitBallotsRequest {
        parent: vote.to_owned(),
        page_size: 10,
        ..Default::default()
    };
    narrator.refused(
        "物业公司想看哪户投了什么",
        "the property company wants to see who voted how",
        beizhan.property_company.person.call(list).await,
        "PERMISSION_DENIED",
    )?;
    let request = ExportCountRequest { name: vote.to_owned() };
    let export = beizhan
        .owners_committee
        .person
        .call(request)
        .await
        .context("exporting")?;
    let again = CountSheet::from_json(&export.content)?.count()?;
    let digest = Sha256::digest(again.canonical_bytes()?);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(digest == export.tally_sha256, "the recount differs");
    narrator.step(
        &format!("导出计票单({} 字节),另行重算,结果逐字节一致", export.content.len()),
        &format!(
            "the count sheet ({} bytes) is exported and counted again: the same bytes",
            export.content.len()
        ),
    );
    Ok(())
}

async fn challenged(narrator: &mut Narrator, beizhan: &Beizhan, owner: &Actor, vote: &str) -> Result<()> {
    let request = ChallengeResultRequest {
        parent: vote.to_owned(),
        text: "请公开纸质选票的清点过程".into(),
        ..Default::default()
    };
    let challenge = owner.call(request).await.context("challenging")?;
    let request = AnswerChallengeRequest {
        name: challenge.name,
        answer: "选票扫描件与计票单已备查,7 日内可到业委会核对".into(),
    };
    beizhan
        .owners_committee
        .person
        .call(request)
        .await
        .context("answering")?;
    narrator.step(
        "业主对结果提出异议,业委会答复并请其核对",
        "the owner challenges the result; the owners' committee answers and invites a check",
    );
    Ok(())
}

/// Area in 0.01 m² as people read it.
fn square_metres(area: i64) -> String {
    format!("{}.{:02}", area / 100, area % 100)
}
