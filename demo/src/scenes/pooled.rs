//! Pooled money: three pay in, lamps are paid, and each one's share is told to the fen.

use anyhow::{Context, Result, ensure};
use yihe_proto::ledger::v1::{
    AttributionRule, ContributeRequest, Contribution, CreateFundRequest, Expense, Fund, GetFundRequest,
    RecordExpenseRequest, TraceContributorRequest,
};
use yihe_testkit::Beizhan;

use crate::narrator::Narrator;

const RECEIPT: &[u8] = "灯具店收据:路灯 12345.67 元\n".as_bytes();
const LAMPS: i64 = 1_234_567;

pub async fn tell(narrator: &mut Narrator, beizhan: &Beizhan, meeting: &str, resolution: &str) -> Result<()> {
    narrator.scene("经费共筹", "Pooled money");
    let keeper = &beizhan.committee.person;
    let voucher = keeper
        .upload(meeting, "收据.txt", "text/plain", RECEIPT)
        .await
        .context("uploading the receipt")?
        .name;
    let request = CreateFundRequest {
        parent: beizhan.community.clone(),
        fund: Some(Fund {
            title: "桥洞亮灯".into(),
            rule: AttributionRule::ProRata.into(),
            ..Default::default()
        }),
        request_id: request_id(1),
    };
    let fund = keeper.call(request).await.context("setting the fund up")?.name;
    let payers = [
        (beizhan.school(), 3_000_000),
        (&beizhan.property_company, 2_000_000),
        (beizhan.station(), 7),
    ];
    for (number, (payer, amount)) in (2..).zip(payers) {
        let request = ContributeRequest {
            fund: fund.clone(),
            contribution: Some(Contribution {
                contributor: payer.organization.clone(),
                amount,
                voucher: voucher.clone(),
                ..Default::default()
            }),
            request_id: request_id(number),
        };
        payer.person.call(request).await.context("paying in")?;
    }
    narrator.step(
        "学校缴入 30000 元,物业公司 20000 元,车站 7 分,均附凭证",
        "the school pays in 30,000 yuan, the property company 20,000, the station 7 fen, each with a voucher",
    );
    let expense = |resolution: &str, amount, number| RecordExpenseRequest {
        fund: fund.clone(),
        expense: Some(Expense {
            amount,
            purpose: "桥洞路灯".into(),
            payee: "光明灯具店".into(),
            resolution: resolution.to_owned(),
            voucher: voucher.clone(),
            ..Default::default()
        }),
        request_id: request_id(number),
    };
    narrator.refused(
        "未经决议动用共筹资金",
        "money of the fund is spent without a resolution",
        keeper.call(expense("", LAMPS, 5)).await,
        "RESOLUTION_REQUIRED",
    )?;
    let low = narrator.refused(
        "想支出 60000 元,账上只有 50000.07 元",
        "60,000 yuan would be spent where there are 50,000.07",
        keeper.call(expense(resolution, 6_000_000, 6)).await,
        "FUND_TOO_LOW",
    )?;
    ensure!(
        low.metadata.get("possible").is_some_and(|most| most == "5000007"),
        "{low:?}"
    );
    let spent = keeper
        .call(expense(resolution, LAMPS, 7))
        .await
        .context("paying the lamps")?;
    let shares: Vec<String> = spent
        .attributions
        .iter()
        .map(|share| format!("{} {}", share.contributor_display_name, yuan(share.amount)))
        .collect();
    let sum: i64 = spent.attributions.iter().map(|share| share.amount).sum();
    ensure!(sum == LAMPS && shares.len() == 3, "{shares:?} are {sum} fen");
    narrator.step(
        &format!("经决议支出 12345.67 元买灯:{},合计 {}", shares.join(","), yuan(sum)),
        &format!(
            "by resolution 12,345.67 yuan pay for lamps: {}; in all {}",
            shares.join(", "),
            yuan(sum)
        ),
    );
    let request = TraceContributorRequest {
        fund: fund.clone(),
        contributor: beizhan.school().organization.clone(),
    };
    let trace = beizhan
        .station()
        .person
        .call(request)
        .await
        .context("following the money")?;
    let borne: i64 = trace.expenses.iter().map(|share| share.amount).sum();
    let whole = keeper.call(GetFundRequest { name: fund }).await?;
    ensure!(
        whole.unspent + whole.spent + whole.returned == whole.contributed && whole.contributed == 5_000_007,
        "{whole:?}"
    );
    narrator.step(
        &format!(
            "“学校的三万元去哪了?”任何成员都能查:已用 {},其余未用;全共筹未用 {},账平到分",
            yuan(borne),
            yuan(whole.unspent)
        ),
        &format!(
            "“where did the school's 30,000 go?” any member may ask: {} are spent; {} of the fund are unspent, to the fen",
            yuan(borne),
            yuan(whole.unspent)
        ),
    );
    Ok(())
}

fn request_id(number: u32) -> String {
    format!("0190a5b4-7e1e-7c3a-9b3e-2f6d8c1b{number:04}")
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02} 元", fen / 100, fen % 100)
}
