//! One core, many parties: 1 + 16 + 25.

use anyhow::{Result, ensure};
use yihe_proto::directory::v1::{ListMembershipsRequest, OrganizationKind, WhoAmIRequest};
use yihe_testkit::{Beizhan, TestNode};

use crate::narrator::Narrator;

pub async fn tell(node: &TestNode, narrator: &mut Narrator) -> Result<Beizhan> {
    narrator.scene("一核多元", "One core, many parties");
    let beizhan = Beizhan::set_up(node).await?;
    narrator.step(
        "运维导入深圳 901 个行政区划,启用北站社区(440309002021),邀请首任书记;此后一切由社区党委办理",
        "the operator imports Shenzhen's 901 divisions, activates Beizhan (440309002021) and invites its first secretary; from then on the committee acts",
    );
    let secretary = &beizhan.committee.person;
    let request = ListMembershipsRequest {
        parent: beizhan.community.clone(),
        page_size: 1000,
        ..Default::default()
    };
    let members = secretary.call(request).await?.memberships;
    let count = |kind: OrganizationKind| {
        members
            .iter()
            .filter(|m| m.organization.as_ref().is_some_and(|o| o.kind() == kind))
            .count()
    };
    let structure = (
        count(OrganizationKind::PartyCommittee),
        count(OrganizationKind::PartyBranch),
        count(OrganizationKind::ResidentUnit),
    );
    ensure!(structure == (1, 16, 25), "the structure is {structure:?}");
    narrator.step(
        "架构 1 + 16 + 25:1 个社区党委(书记 1、副书记 2、委员 3、会议秘书 1)、16 个党支部、25 家驻区单位",
        "structure 1 + 16 + 25: one Party committee (secretary, 2 deputies, 3 members, a clerk), 16 Party branches, 25 resident units",
    );
    narrator.step(
        "居民委员会、北站花园小区及其业主委员会、签有服务合同的物业公司",
        "a resident committee, the compound Beizhan Garden with its owners' committee, and the property company under contract",
    );
    let capacities = beizhan.cross_appointed.call(WhoAmIRequest {}).await?.capacities;
    ensure!(
        capacities.len() == 2,
        "the cross-appointed person has {} posts",
        capacities.len()
    );
    narrator.step(
        "一人交叉任职于居委会与业委会,每次只能以一个身份行事",
        "one person holds posts in the resident committee and in the owners' committee, and acts for one at a time",
    );
    Ok(beizhan)
}
