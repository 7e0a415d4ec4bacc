//! What was resolved is undertaken: three commitments, one declined and taken by another, one closed; the month's ledger.

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    AcceptCommitmentRequest, Commitment, CommitmentLine, CommitmentPart, CommitmentState, CompleteCommitmentRequest,
    ConfirmCommitmentRequest, CreateCommitmentsRequest, DeclineCommitmentRequest, GetMonthReportRequest,
    ListLedgerEntriesRequest, ReassignCommitmentRequest, ReportProgressRequest,
};
use yihe_testkit::{Beizhan, Party, TestNode};

use crate::narrator::Narrator;

const DAY: i64 = 86_400;

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan, resolution: &str) -> Result<()> {
    narrator.scene("承诺事项与问题台账", "Commitments and the problem ledger");
    let secretary = &beizhan.committee.person;
    let (station, school, bank, library) = (
        beizhan.station(),
        beizhan.school(),
        &beizhan.units[16],
        &beizhan.units[5],
    );
    let line = |party: &Party, part: CommitmentPart, text: &str| CommitmentLine {
        organization: party.organization.clone(),
        part: part.into(),
        text: text.into(),
        due_date: "2026-03-31".into(),
        ..Default::default()
    };
    let request = CreateCommitmentsRequest {
        parent: resolution.to_owned(),
        lines: vec![
            line(station, CommitmentPart::Lead, "提供 8 个文明劝导岗位并培训学生"),
            line(school, CommitmentPart::Support, "每周六组织 20 名学生上岗"),
            line(bank, CommitmentPart::Support, "提供志愿者休息点和饮水"),
        ],
        ..Default::default()
    };
    let made = secretary
        .call(request)
        .await
        .context("making the commitments")?
        .commitments;
    let [lead, pupils, rest] = made.as_slice() else {
        anyhow::bail!("{} commitments were made", made.len());
    };
    narrator.step(
        "决议形成三项承诺:北站牵头,学校与银行支行协办,三月底前办结",
        "the resolution makes three commitments: the station leads, school and bank support, due by the end of March",
    );
    for (party, commitment) in [(station, lead), (school, pupils)] {
        accept(party, commitment).await?;
    }
    narrator.refused(
        "图书馆替北站接受承诺",
        "the library accepts the station's commitment",
        library
            .person
            .call(AcceptCommitmentRequest {
                name: lead.name.clone(),
                ..Default::default()
            })
            .await,
        "PERMISSION_DENIED",
    )?;
    let declined = bank
        .person
        .call(DeclineCommitmentRequest {
            name: rest.name.clone(),
            reason: "网点周六不营业,无法开放休息区".into(),
            suggested_holder: library.organization.clone(),
            ..Default::default()
        })
        .await
        .context("the bank declines")?;
    ensure!(
        declined.holder == beizhan.committee.organization,
        "held by {}",
        declined.holder
    );
    narrator.step(
        "银行支行说明理由不予接受,建议由图书馆承担;事项退回召集单位,不会消失",
        "the bank declines with its reason and suggests the library; the commitment goes back to the convener and does not vanish",
    );
    let reassigned = secretary
        .call(ReassignCommitmentRequest {
            name: rest.name.clone(),
            organization: library.organization.clone(),
            reason: "图书馆周六开放".into(),
            ..Default::default()
        })
        .await
        .context("reassigning")?;
    ensure!(
        reassigned.holder == library.organization,
        "held by {}",
        reassigned.holder
    );
    accept(library, rest).await?;
    narrator.step(
        "书记改派图书馆,图书馆接受",
        "the secretary asks the library, which accepts",
    );

    node.clock.advance_seconds(10 * DAY);
    let progress = ReportProgressRequest {
        name: pupils.name.clone(),
        note: "已组织两次,共 41 人次".into(),
        ..Default::default()
    };
    school.person.call(progress).await.context("progress")?;
    let done = CompleteCommitmentRequest {
        name: lead.name.clone(),
        note: "8 个岗位已全部到位,培训两场".into(),
        ..Default::default()
    };
    station.person.call(done).await.context("done")?;
    let closed = secretary
        .call(ConfirmCommitmentRequest {
            name: lead.name.clone(),
            ..Default::default()
        })
        .await
        .context("confirming")?;
    ensure!(closed.state() == CommitmentState::Confirmed, "{:?}", closed.state());
    narrator.step(
        "北站报告完成,书记确认办结",
        "the station reports its part done, the secretary confirms it",
    );

    let request = ListLedgerEntriesRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    let entries = beizhan
        .property_company
        .person
        .call(request)
        .await
        .context("the ledger")?
        .entries;
    ensure!(entries.len() == 2, "{} entries in the ledger", entries.len());
    for entry in &entries {
        narrator.step(
            &format!(
                "台账:{} · {} · {} 前",
                entry.title, entry.organization_display_name, entry.due_date
            ),
            &format!(
                "in the ledger: {:?}, due {}, overdue {} days",
                entry.state(),
                entry.due_date,
                entry.days_overdue
            ),
        );
    }
    let request = GetMonthReportRequest {
        parent: beizhan.community.clone(),
        year: 2026,
        month: 3,
    };
    let report = secretary.call(request).await.context("the month's report")?;
    ensure!(
        (
            report.made_count,
            report.declined_count,
            report.reassigned_count,
            report.confirmed_count
        ) == (3, 1, 1, 1),
        "{}",
        report.text_en
    );
    narrator.step(&first_line(&report.text_zh), &first_line(&report.text_en));
    Ok(())
}

async fn accept(party: &Party, commitment: &Commitment) -> Result<()> {
    let request = AcceptCommitmentRequest {
        name: commitment.name.clone(),
        ..Default::default()
    };
    let accepted = party.person.call(request).await;
    accepted.with_context(|| format!("{} accepts", party.display_name))?;
    Ok(())
}

fn first_line(text: &str) -> String {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default()
        .to_owned()
}
