//! The property company cannot administer policy, and is told who can.

use anyhow::{Result, ensure};
use yihe_proto::directory::v1::{CreateInvitationRequest, Post};
use yihe_proto::policy::v1::{ExplainRequest, ListGrantsRequest, Verdict};
use yihe_testkit::Beizhan;

use crate::narrator::Narrator;

pub async fn tell(narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    narrator.scene("权责清单", "Who may act on what");
    let manager = &beizhan.property_company.person;
    let list = ListGrantsRequest {
        parent: beizhan.community.clone(),
        page_size: 10,
        ..Default::default()
    };
    narrator.refused(
        "物业公司经理试图查看并管理授权",
        "the property company's manager tries to administer policies",
        manager.call(list.clone()).await,
        "PERMISSION_DENIED",
    )?;
    let request = CreateInvitationRequest {
        parent: beizhan.community.clone(),
        organization: beizhan.committee.organization.clone(),
        post: Post::Member.into(),
        full_name: "物业的人".into(),
        ..Default::default()
    };
    narrator.refused(
        "物业公司经理试图为社区党委任命委员",
        "it tries to put a member of its own on the Party committee",
        manager.call(request).await,
        "PERMISSION_DENIED",
    )?;
    let request = ExplainRequest {
        parent: beizhan.community.clone(),
        permission: "policy.grant.list".into(),
        ..Default::default()
    };
    let explained = manager.call(request).await?;
    ensure!(
        explained.verdict() == Verdict::Deny,
        "explained as {:?}",
        explained.verdict()
    );
    ensure!(!explained.roles_that_may_grant.is_empty(), "nobody may grant it");
    narrator.step(
        &format!("解释:{}", explained.text_zh),
        &format!("explained: {}", explained.text_en),
    );
    let grants = beizhan.committee.person.call(list).await?.grants.len();
    ensure!(grants == 10, "the secretary sees {grants} grants");
    narrator.step("书记可以查看全部授权", "the secretary sees the grants in force");
    Ok(())
}
