//! The time bank: hours served for the project are recorded, confirmed, credited and spent, and the project tells of them.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use yihe_proto::directory::v1::Post;
use yihe_proto::ledger::v1::{
    ConfirmServiceRequest, CreateGoodRequest, FulfilRedemptionRequest, Good, ListAccountsRequest, RecordServiceRequest,
    RedeemGoodRequest, ServiceGiver, ServiceRecord, ServiceState, Unit,
};
use yihe_proto::resource::v1::{FulfilClaimRequest, GetProjectRequest, ProjectView};
use yihe_testkit::{Actor, Beizhan, TestNode};

use super::sharing::Shared;
use crate::narrator::Narrator;

/// Minutes of both pupils together.
const SERVED: i64 = 361;

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan, shared: &Shared) -> Result<()> {
    narrator.scene("时间银行", "The time bank");
    let (station, school) = (beizhan.station(), beizhan.school());
    let mut pupils = Vec::new();
    for (name, login) in [("学生甲", "pupil1"), ("学生乙", "pupil2")] {
        pupils.push(beizhan.enrol(node, school, Post::Staff, name, login).await?);
    }
    let givers = pupils.iter().map(|(_, user)| ServiceGiver {
        user: user.clone(),
        ..Default::default()
    });
    let request = RecordServiceRequest {
        parent: beizhan.community.clone(),
        service_record: Some(ServiceRecord {
            givers: givers.collect(),
            receiver: station.organization.clone(),
            organizer: school.organization.clone(),
            minutes: SERVED,
            summary: "东广场文明劝导".into(),
            claim: shared.claim.clone(),
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a5e01".into(),
    };
    let recorded = school.person.call(request).await.context("recording the service")?;
    ensure!(recorded.project == shared.project, "served {}", recorded.project);
    let confirm = ConfirmServiceRequest { name: recorded.name };
    narrator.refused(
        "物业公司来确认别人的服务",
        "the property company confirms what others did",
        beizhan.property_company.person.call(confirm.clone()).await,
        "PERMISSION_DENIED",
    )?;
    let confirmed = station.person.call(confirm.clone()).await.context("confirming")?;
    ensure!(confirmed.state() == ServiceState::Confirmed, "{:?}", confirmed.state());
    let minutes: Vec<i64> = confirmed.givers.iter().map(|giver| giver.minutes).collect();
    ensure!(minutes == [181, 180], "{minutes:?}");
    narrator.step(
        &format!("学校记录两名学生共 {SERVED} 分钟,车站确认,按最大余额法入账 181 与 180 分钟,一分不多一分不少"),
        &format!("the school records {SERVED} minutes of two pupils, the station confirms, 181 and 180 are credited: not a minute more or less"),
    );
    narrator.refused(
        "车站手滑又确认一次",
        "the station confirms once more",
        station.person.call(confirm).await,
        "SERVICE_DECIDED",
    )?;
    redeem(narrator, beizhan, &pupils[0].0.acting_as("self")).await?;
    let request = FulfilClaimRequest {
        name: shared.claim.clone(),
        delivered_quantity: 80,
    };
    station.person.call(request).await.context("confirming the claim")?;
    let whole = whole(&station.person, &shared.project).await?;
    let served: i64 = whole.entries.iter().map(|entry| entry.amount).sum();
    ensure!(served == SERVED, "{:?}", whole.entries);
    let need = whole.needs.first().context("the project has no need")?;
    narrator.step(
        &format!(
            "打开项目就看到全貌:需求 {} 小时、已兑现 {}、认领 {} 笔、预约 {} 个、入账 {served} 分钟",
            need.quantity,
            need.delivered_quantity,
            whole.claims.len(),
            whole.bookings.len()
        ),
        &format!(
            "the project shows it whole: {} hours needed, {} delivered, {} claims, {} booking, {served} minutes credited",
            need.quantity,
            need.delivered_quantity,
            whole.claims.len(),
            whole.bookings.len()
        ),
    );
    Ok(())
}

/// One pupil spends an hour; the answer is lost on the way, so it asks again.
async fn redeem(narrator: &mut Narrator, beizhan: &Beizhan, pupil: &Actor) -> Result<()> {
    let shop = &beizhan.resident_committee.person;
    let good = CreateGoodRequest {
        parent: beizhan.community.clone(),
        good: Some(Good {
            title: "电影票".into(),
            unit: Unit::Minutes.into(),
            price: 60,
            stock: 10,
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a5e02".into(),
    };
    let good = shop.call(good).await.context("offering a good")?.name;
    let redeem = |quantity, last| RedeemGoodRequest {
        good: good.clone(),
        quantity,
        request_id: format!("0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a5e{last}"),
    };
    let first = pupil.call(redeem(2, "03")).await.context("redeeming")?;
    let again = pupil.call(redeem(2, "03")).await.context("redeeming again")?;
    ensure!(first.name == again.name, "{} and {}", first.name, again.name);
    let low = narrator.refused(
        "学生甲还想再换 2 张,余额只够 1 张",
        "the pupil would have two more tickets than its minutes are good for",
        pupil.call(redeem(2, "04")).await,
        "BALANCE_TOO_LOW",
    )?;
    ensure!(low.metadata.get("possible").is_some_and(|rest| rest == "61"), "{low:?}");
    let request = FulfilRedemptionRequest { name: first.name };
    shop.call(request).await.context("handing over")?;
    let request = ListAccountsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    let accounts = pupil.call(request).await?.accounts;
    let balance: i64 = accounts.iter().map(|account| account.balance).sum();
    ensure!(balance == 61, "{balance} minutes are left");
    narrator.step(
        "学生甲用 120 分钟换两张电影票;回复超时又点了一次,仍只扣一次:余 61 分钟",
        "a pupil gets two tickets for 120 minutes; the answer timed out and it asked again, with one effect: 61 minutes are left",
    );
    Ok(())
}

/// What the ledger tells comes to the project a moment later.
async fn whole(actor: &Actor, project: &str) -> Result<ProjectView> {
    for _ in 0..250 {
        let request = GetProjectRequest { name: project.into() };
        let view = actor.call(request).await.context("the project whole")?;
        if view.entries.len() >= 2 {
            return Ok(view);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("what was credited never came to the project")
}
