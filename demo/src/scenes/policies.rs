//! The rules themselves: why not, who could grant it, a change seen before it is decided, in force at once, and taken back.

use anyhow::{Context, Result, ensure};
use tonic::Status;
use yihe_kernel::Clock;
use yihe_proto::directory::v1::ListApplicationsRequest;
use yihe_proto::policy::v1::policy_edit::Edit;
use yihe_proto::policy::v1::{
    ActivateChangeRequest, ApproveChangeRequest, DiffRevisionsRequest, Effect, ExplainRequest, Grant, PolicyChange,
    PolicyChangeState as State, PolicyEdit, ProposeChangeRequest, ProposeRollbackRequest, SimulateChangeRequest,
    Verdict, WhoCanRequest,
};
use yihe_testkit::{Actor, Beizhan, TestNode};

use crate::narrator::Narrator;

const ROLE: &str = "RESIDENT_UNIT/REPRESENTATIVE";
pub const PERMISSION: &str = "directory.application.list";
/// How often the school asks in vain before anybody changes anything.
const ASKED: i64 = 3;

pub async fn tell(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    narrator.scene("规则由谁改、怎么改", "Who changes the rules, and how");
    why_not(narrator, beizhan).await?;
    node.node().report_usage().await.context("telling what was decided")?;
    granted(node, narrator, beizhan).await?;
    reserved(narrator, beizhan).await?;
    sensitive(narrator, beizhan).await?;
    taken_back(narrator, beizhan).await
}

async fn why_not(narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    let school = &beizhan.school().person;
    narrator.refused(
        "学校想看有哪些单位申请加入,以便对接",
        "the school wants to read who applies to join",
        applications(school, beizhan).await,
        "PERMISSION_DENIED",
    )?;
    for _ in 1..ASKED {
        ensure!(applications(school, beizhan).await.is_err(), "the school read them");
    }
    let request = ExplainRequest {
        parent: beizhan.community.clone(),
        permission: PERMISSION.into(),
        ..Default::default()
    };
    let explained = school.call(request).await?;
    ensure!(explained.verdict() == Verdict::Deny, "{:?}", explained.verdict());
    ensure!(
        explained.text_zh.contains("社区党委书记") && explained.text_en.contains("secretary of the Party committee"),
        "the explanation does not say who may grant it: {} {}",
        explained.text_zh,
        explained.text_en
    );
    narrator.step(
        &format!("为什么不可以?{}", explained.text_zh),
        &format!("why not? {}", explained.text_en),
    );
    narrator.refused(
        "学校自己给自己授权",
        "the school tries to grant it to itself",
        school
            .call(proposal(&beizhan.community, "自行授权", vec![allow(ROLE, PERMISSION)]))
            .await,
        "PERMISSION_DENIED",
    )?;
    Ok(())
}

async fn granted(node: &TestNode, narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    let (deputy, secretary, school) = (
        &beizhan.deputies[0],
        &beizhan.committee.person,
        &beizhan.school().person,
    );
    let until = node.clock.now().plus_days(365);
    let rule = Grant {
        end_time: Some(until.to_proto()),
        ..rule(ROLE, PERMISSION, Effect::Allow)
    };
    let edits = vec![PolicyEdit {
        edit: Some(Edit::Add(rule)),
    }];
    let proposed = deputy
        .call(proposal(&beizhan.community, "驻区单位代表查阅入会申请一年", edits))
        .await
        .context("proposing")?;
    ensure!(!proposed.sensitive, "an ordinary rule is called sensitive");
    narrator.step(
        "副书记提出变更:驻区单位代表一年内可以查阅入会申请;此时什么都还没有生效",
        "a deputy proposes that representatives of resident units may read them for a year; nothing is in force yet",
    );

    let request = SimulateChangeRequest {
        parent: beizhan.community.clone(),
        change: proposed.name.clone(),
        ..Default::default()
    };
    let simulated = secretary.call(request).await.context("simulating")?;
    let cells: Vec<_> = simulated
        .cells
        .iter()
        .map(|cell| (cell.role.as_str(), cell.permission.as_str()))
        .collect();
    ensure!(cells == [(ROLE, PERMISSION)], "these cells flip: {cells:?}");
    let uses: Vec<_> = simulated
        .uses
        .iter()
        .map(|used| (used.permission.as_str(), used.was_allowed, used.count))
        .collect();
    ensure!(uses == [(PERMISSION, false, ASKED)], "of real use flips {uses:?}");
    narrator.step(
        &format!("模拟:权责矩阵只有 1 格翻转;近 30 日真实发生的 {} 次鉴权中,有 {ASKED} 次结论会不同,正是学校的那几次", simulated.uses_compared),
        &format!("simulated: one cell of the matrix flips; of {} real decisions of the last 30 days {ASKED} would have gone otherwise, the school's own", simulated.uses_compared),
    );

    approve(secretary, &proposed.name).await?;
    narrator.refused(
        "书记已批准,尚未生效,学校查阅",
        "the secretary has approved it, it is not in force, and the school reads",
        applications(school, beizhan).await,
        "PERMISSION_DENIED",
    )?;
    activate(secretary, &proposed.name).await?;
    applications(school, beizhan).await.context("the rule is in force")?;
    let request = WhoCanRequest {
        parent: beizhan.community.clone(),
        permission: PERMISSION.into(),
        ..Default::default()
    };
    let may = school.call(request).await?.roles;
    ensure!(may.iter().any(|one| one.role == ROLE), "{may:?}");
    narrator.step(
        "变更生效,网关立即放行:学校看到入会申请;“谁可以”里也有了驻区单位代表",
        "it comes into force and the gateway knows at once: the school reads them, and “who can” names its post",
    );
    Ok(())
}

async fn reserved(narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    let vote = vec![allow("PROPERTY_COMPANY/MANAGER", "meeting.unit_ballot.cast")];
    narrator.refused(
        "提议由物业公司代业主投票",
        "a rule by which the property company would cast the owners' votes",
        beizhan.deputies[0]
            .call(proposal(&beizhan.community, "物业代投", vote))
            .await,
        "OWNERS_MATTER_RESERVED",
    )?;
    let core = vec![PolicyEdit {
        edit: Some(Edit::Add(rule(
            "PARTY_COMMITTEE/*",
            "policy.change.approve",
            Effect::Deny,
        ))),
    }];
    narrator.refused(
        "提议收走社区党委管理规则的权限",
        "a rule that would take the administration of rules from the core",
        beizhan
            .committee
            .person
            .call(proposal(&beizhan.community, "收回", core))
            .await,
        "CORE_KEEPS_POLICY",
    )?;
    Ok(())
}

async fn sensitive(narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    let (secretary, deputy) = (&beizhan.committee.person, &beizhan.deputies[0]);
    let edits = vec![allow("PARTY_COMMITTEE/CLERK", "policy.change.propose")];
    let proposed = secretary
        .call(proposal(&beizhan.community, "会议秘书可以提出变更", edits))
        .await
        .context("a sensitive proposal")?;
    ensure!(proposed.sensitive, "who administers the rules is not called sensitive");
    let request = ApproveChangeRequest {
        name: proposed.name.clone(),
        ..Default::default()
    };
    narrator.refused(
        "书记提出让会议秘书也能改规则,并想自己批准",
        "the secretary proposes that the clerk may propose rules too, and would approve it alone",
        secretary.call(request).await,
        "OWN_SENSITIVE_CHANGE",
    )?;
    approve(deputy, &proposed.name).await?;
    activate(secretary, &proposed.name).await?;
    narrator.step(
        "敏感变更须由提出人以外的委员批准:副书记批准后生效",
        "a sensitive change takes somebody beside its proposer: a deputy approves, and it is in force",
    );
    Ok(())
}

async fn taken_back(narrator: &mut Narrator, beizhan: &Beizhan) -> Result<()> {
    let request = ProposeRollbackRequest {
        name: format!("{}/policyRevisions/0", beizhan.community),
        title: "回到最初".into(),
        ..Default::default()
    };
    let back = beizhan.clerk.call(request.clone()).await.context("rolling back")?;
    ensure!(back.edit_count == 2, "{} edits", back.edit_count);
    approve(&beizhan.committee.person, &back.name).await?;
    let active = activate(&beizhan.committee.person, &back.name).await?;
    narrator.refused(
        "回退以后学校再次查阅",
        "after all was rolled back the school reads again",
        applications(&beizhan.school().person, beizhan).await,
        "PERMISSION_DENIED",
    )?;
    narrator.refused(
        "回退以后会议秘书再提变更",
        "and the clerk proposes again",
        beizhan.clerk.call(request).await,
        "PERMISSION_DENIED",
    )?;
    let request = DiffRevisionsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    let diff = beizhan.committee.person.call(request).await?;
    let left = diff.begun.unwrap_or_default().grants.len() + diff.ended.unwrap_or_default().grants.len();
    ensure!(left == 0, "{left} rules are left");
    narrator.step(
        &format!("回退本身也是一次变更,同样提出、批准、生效,成为第 {} 号修订;两条规则都已收回,历次修订留存可比对", active.revision),
        &format!("a roll back is a change like any other, proposed, approved, in force, and revision {} of its own; both rules are gone, every revision is kept", active.revision),
    );
    Ok(())
}

pub async fn applications(actor: &Actor, beizhan: &Beizhan) -> Result<(), Status> {
    let request = ListApplicationsRequest {
        parent: beizhan.community.clone(),
        ..Default::default()
    };
    actor.call(request).await.map(|_| ())
}

pub fn rule(role: &str, permission: &str, effect: Effect) -> Grant {
    Grant {
        role: role.to_owned(),
        permission: permission.to_owned(),
        effect: effect.into(),
        ..Default::default()
    }
}

fn allow(role: &str, permission: &str) -> PolicyEdit {
    PolicyEdit {
        edit: Some(Edit::Add(rule(role, permission, Effect::Allow))),
    }
}

pub fn proposal(parent: &str, title: &str, edits: Vec<PolicyEdit>) -> ProposeChangeRequest {
    ProposeChangeRequest {
        parent: parent.to_owned(),
        title: title.to_owned(),
        edits,
        ..Default::default()
    }
}

pub async fn approve(actor: &Actor, change: &str) -> Result<PolicyChange> {
    let request = ApproveChangeRequest {
        name: change.to_owned(),
        ..Default::default()
    };
    let approved = actor.call(request).await.context("approving")?;
    ensure!(approved.state() == State::Approved, "{:?}", approved.state());
    Ok(approved)
}

/// Whoever calls in that place from now on is answered by the change.
pub async fn activate(actor: &Actor, change: &str) -> Result<PolicyChange> {
    let request = ActivateChangeRequest {
        name: change.to_owned(),
        ..Default::default()
    };
    let active = actor.call(request).await.context("activating")?;
    actor.saw(&active.name, &active.revision_token);
    Ok(active)
}
