//! The street forbids: no community below loosens it.

use std::time::Duration;

use anyhow::{Result, ensure};
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{Effect, ExplainRequest, PolicyEdit, ProposeRollbackRequest};
use yihe_testkit::{Beizhan, TestNode, establish};

use super::policies::{PERMISSION, activate, applications, approve, proposal, rule};
use crate::narrator::Narrator;

const STREET: &str = "regions/440309002";
const PATIENCE: u32 = 250;

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    narrator.scene("三级联动:街道的禁止", "Three levels: what the street forbids");
    let street = establish(node, &node.operator()?, STREET, "street").await?.person;
    let edit = |role, effect| PolicyEdit {
        edit: Some(Edit::Add(rule(role, PERMISSION, effect))),
    };
    let forbidden = street
        .call(proposal(STREET, "入会申请暂不公开", vec![edit("*/*", Effect::Deny)]))
        .await?;
    approve(&street, &forbidden.name).await?;
    activate(&street, &forbidden.name).await?;
    narrator.step(
        "街道党工委在本级立下一条禁止:入会申请暂不公开,管到所辖每个社区",
        "the street's Party committee forbids reading applications; its rule reaches every community recorded below it",
    );
    let secretary = &beizhan.committee.person;
    // a token of the street tells nothing of the communities below it
    for _ in 0..PATIENCE {
        if applications(secretary, beizhan).await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    narrator.refused(
        "社区书记查阅入会申请",
        "the community's own secretary reads them",
        applications(secretary, beizhan).await,
        "PERMISSION_DENIED",
    )?;
    let request = ExplainRequest {
        parent: beizhan.community.clone(),
        permission: PERMISSION.into(),
        ..Default::default()
    };
    let explained = secretary.call(request).await?;
    let by_street = explained
        .grants
        .first()
        .is_some_and(|grant| grant.domain == "440309002");
    ensure!(by_street, "denied by {:?}", explained.grants.first());
    narrator.step(
        &format!("解释:{}", explained.text_zh),
        &format!("explained: {}", explained.text_en),
    );
    let loosened = proposal(
        &beizhan.community,
        "社区放宽",
        vec![edit("PARTY_COMMITTEE/*", Effect::Allow)],
    );
    narrator.refused(
        "社区提出放宽街道的禁止",
        "the community proposes to loosen it",
        secretary.call(loosened).await,
        "DENIED_ABOVE",
    )?;

    let request = ProposeRollbackRequest {
        name: format!("{STREET}/policyRevisions/0"),
        title: "恢复公开".into(),
        ..Default::default()
    };
    let back = street.call(request).await?;
    approve(&street, &back.name).await?;
    activate(&street, &back.name).await?;
    let mut read = applications(secretary, beizhan).await;
    for _ in 0..PATIENCE {
        if read.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        read = applications(secretary, beizhan).await;
    }
    read?;
    narrator.step(
        "只有街道自己能收回它的禁止;收回后社区照常查阅",
        "only the street takes its denial back; then the community reads as before",
    );
    Ok(())
}
