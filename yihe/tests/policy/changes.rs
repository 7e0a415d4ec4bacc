use anyhow::{Context, Result, ensure};
use serde_json::Value;
use yihe_testkit::{Beizhan, TestNode, TestNodeOptions, establish};

use crate::terminal::Terminal;
use crate::{CODE, EXAMPLE, error};

pub async fn changes(secretary: &Terminal, station: &Terminal) -> Result<()> {
    let rule = "RESIDENT_UNIT/*,meeting.vote.open,allow,convener,,2030-01-01T00:00:00+08:00";
    let propose = ["propose", "--community", CODE, "--title", "单位主持", "--add", rule];
    let output = station.run(&propose).await?;
    ensure!(error(&output).contains("PERMISSION_DENIED"), "{}", error(&output));
    let checked = secretary.json(&[&propose[..], &["--validate-only"]].concat()).await?;
    ensure!(
        checked[0]["name"] == "" && checked[0]["sensitive"] == false,
        "{checked}"
    );
    let proposed = secretary.json(&propose).await?;
    let name = proposed[0]["name"].as_str().context("no name")?.to_owned();
    ensure!(proposed[0]["state"] == "proposed", "{proposed}");
    let simulated = secretary.json(&["simulate", &name]).await?;
    let flips = simulated["cells"].as_array().context("no cells")?;
    ensure!(
        flips
            .iter()
            .any(|flip| flip["role"] == "RESIDENT_UNIT/*" && flip["after"] == "convener"),
        "{simulated}"
    );
    let told = secretary
        .says(&["test", EXAMPLE, "--community", CODE, "--after", &name])
        .await?;
    ensure!(told.contains("0 failed"), "{told}");
    let approved = secretary.json(&["approve", &name]).await?;
    ensure!(approved[0]["state"] == "approved", "{approved}");
    let active = secretary.json(&["activate", &name]).await?;
    ensure!(
        active[0]["state"] == "active" && active[0]["revision"].is_u64(),
        "{active}"
    );
    let listed = secretary.json(&["changes", "--community", CODE]).await?;
    ensure!(listed[0]["name"] == name.as_str(), "{listed}");
    let revision = active[0]["revision"].to_string();
    let diff = secretary.json(&["diff", "--community", CODE, "--from", "0"]).await?;
    ensure!(
        diff[0]["change"] == "+"
            && diff[0]["what"] == "RESIDENT_UNIT/* allow meeting.vote.open where convener until 2029-12-31T16:00:00Z",
        "{diff}"
    );
    let none = secretary
        .json(&["diff", "--community", CODE, "--from", &revision])
        .await?;
    ensure!(none == Value::Array(Vec::new()), "{none}");
    let back = ["roll-back", "--community", CODE, "--to", "0", "--title", "恢复"];
    let back = secretary.json(&back).await?;
    ensure!(back[0]["state"] == "proposed" && back[0]["edits"] == 1, "{back}");
    let another = secretary.json(&propose).await.err().context("the same rule twice")?;
    ensure!(another.to_string().contains("RULE_REPEATED"), "{another:#}");

    let rejected = [
        "propose",
        "--community",
        CODE,
        "--title",
        "x",
        "--add",
        "*/*,meeting.vote.get,deny",
    ];
    let proposed = secretary.json(&rejected).await?;
    let name = proposed[0]["name"].as_str().context("no name")?.to_owned();
    let output = secretary.run(&["reject", &name]).await?;
    ensure!(
        error(&output).contains("comment"),
        "a rejection says why: {}",
        error(&output)
    );
    let rejected = secretary.json(&["reject", &name, "--comment", "不妥"]).await?;
    ensure!(rejected[0]["state"] == "rejected", "{rejected}");
    Ok(())
}

fn name(shown: &Value) -> Result<String> {
    Ok(shown[0]["name"].as_str().context("no name")?.to_owned())
}

async fn put_into_force(proposer: &Terminal, approver: &Terminal, propose: &[&str]) -> Result<Value> {
    let change = name(&proposer.json(propose).await?)?;
    approver.json(&["approve", &change, "--comment", "同意"]).await?;
    proposer.json(&["activate", &change]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_from_its_proposal_to_its_withdrawal() -> Result<()> {
    let node = TestNode::start(TestNodeOptions::default()).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let secretary = Terminal::of(&node, &beizhan.committee)?;
    let organization = &beizhan.committee.organization;
    let deputy = Terminal::for_actor(&node, &beizhan.deputies[0], organization)?;
    made_roles_and_settings(&secretary, &deputy, &beizhan).await?;
    withdrawn_and_shown(&secretary, &deputy).await?;
    let street = establish(&node, &node.operator()?, "regions/440309002", "street").await?;
    of_a_street(&Terminal::of(&node, &street)?).await?;
    node.stop().await?;
    Ok(())
}

/// Roles, assignments and settings change like rules do.
async fn made_roles_and_settings(secretary: &Terminal, deputy: &Terminal, beizhan: &Beizhan) -> Result<()> {
    let school = beizhan.school();
    let who = beizhan
        .committee
        .person
        .call(yihe_proto::directory::v1::ListAppointmentsRequest {
            parent: beizhan.community.clone(),
            page_size: 1000,
            ..Default::default()
        });
    let appointments = who.await?.appointments;
    let pupil = appointments.iter().find(|one| one.name == school.appointment);
    let assign = format!(
        "{},{},ROLE/hall-keeper",
        pupil.context("the school's representative")?.user,
        school.organization
    );
    let made = [
        "propose",
        "--community",
        CODE,
        "--title",
        "礼堂管理员",
        "--add-role",
        "ROLE/hall-keeper,礼堂管理员,Hall keeper",
        "--add",
        "ROLE/hall-keeper,directory.application.list,allow",
        "--assign",
        &assign,
        "--settings",
        "1,2",
    ];
    let draft = [&["simulate"], &made[1..3], &made[5..]].concat();
    let simulated = secretary.json(&draft).await?;
    ensure!(simulated["sensitive"] == true, "settings are sensitive: {simulated}");
    let told = secretary
        .refused(&[
            "simulate",
            "--community",
            CODE,
            "--add",
            "ROLE/hall-keeper,directory.application.list,allow",
        ])
        .await?;
    ensure!(told.contains("MADE_ROLE_UNKNOWN"), "{told}");
    let active = put_into_force(secretary, deputy, &made).await?;
    ensure!(active[0]["edits"] == 4 && active[0]["state"] == "active", "{active}");

    let roles = secretary.json(&["roles", "--community", CODE]).await?;
    ensure!(roles["roles"][0]["name_zh"] == "礼堂管理员", "{roles}");
    let held = roles["assignments"][0]["id"]
        .as_str()
        .context("an assignment")?
        .to_owned();
    ensure!(
        roles["assignments"][0]["capacity"] == school.organization.as_str(),
        "{roles}"
    );
    let settings = secretary.json(&["settings", "--community", CODE]).await?;
    ensure!(
        settings[0]["sensitive_approvals"] == 2 && settings[0]["ordinary_approvals"] == 1,
        "{settings}"
    );
    let revisions = secretary.json(&["revisions", "--community", CODE]).await?;
    let number = &revisions["revisions"][0]["number"];
    ensure!(revisions["base_revision"] == *number, "{revisions}");
    let number = number.to_string();
    let revision = secretary.json(&["revision", &number, "--community", CODE]).await?;
    let kinds: Vec<_> = revision["in_force"]
        .as_array()
        .context("rules")?
        .iter()
        .filter_map(|row| row["kind"].as_str())
        .collect();
    ensure!(kinds == ["rule", "role", "assignment", "settings"], "{revision}");
    let told = secretary.refused(&["revision", "999", "--community", CODE]).await?;
    ensure!(
        told.contains("REVISION_NOT_FOUND") || told.contains("RESOURCE_NOT_FOUND"),
        "{told}"
    );

    // the assignment ends while the role stays; another rule takes the first one's place
    let rule = revision["in_force"][0]["id"].as_str().context("the rule's id")?;
    let replace = format!("{rule}=ROLE/hall-keeper,directory.application.get,allow");
    let next = [
        "propose",
        "--community",
        CODE,
        "--title",
        "调整",
        "--end-assignment",
        &held,
        "--replace",
        &replace,
    ];
    put_into_force(secretary, secretary, &next).await?;
    let roles = secretary.json(&["roles", "--community", CODE]).await?;
    ensure!(roles["assignments"] == Value::Array(Vec::new()), "{roles}");
    let diff = secretary
        .json(&["diff", "--community", CODE, "--from", &number])
        .await?;
    let told: Vec<_> = diff
        .as_array()
        .context("rows")?
        .iter()
        .map(|row| row["change"].clone())
        .collect();
    ensure!(told == ["-", "-", "+"], "{diff}");
    Ok(())
}

async fn withdrawn_and_shown(secretary: &Terminal, deputy: &Terminal) -> Result<()> {
    let propose = [
        "propose",
        "--community",
        CODE,
        "--title",
        "公开入会申请",
        "--rationale",
        "便于对接",
        "--add",
        "RESIDENT_UNIT/*,directory.application.list,allow,,,2030-01-01T00:00:00+08:00",
        "--request-id",
        "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f",
    ];
    let change = name(&deputy.json(&propose).await?)?;
    ensure!(name(&deputy.json(&propose).await?)? == change, "a retry proposed anew");
    let shown = secretary.json(&["show", &change]).await?;
    ensure!(
        shown["change"]["state"] == "proposed" && shown["about"]["rationale"] == "便于对接",
        "{shown}"
    );
    ensure!(
        shown["edits"][0]["what"] == "RESIDENT_UNIT/* allow directory.application.list until 2029-12-31T16:00:00Z",
        "{shown}"
    );
    let etag = shown["about"]["etag"].as_str().context("an etag")?.to_owned();
    deputy
        .json(&["withdraw", &change, "--etag", &etag, "--comment", "再议"])
        .await?;
    let told = secretary.refused(&["approve", &change, "--etag", &etag]).await?;
    ensure!(told.contains('(') && !told.contains("panicked"), "{told}");
    let told = secretary.refused(&["activate", &change, "--zh"]).await?;
    ensure!(told.contains("CHANGE_STATE"), "{told}");
    let shown = secretary.says(&["show", &change, "--zh"]).await?;
    ensure!(
        shown.contains("withdrawn") && shown.contains("再议") && shown.contains("便于对接"),
        "{shown}"
    );

    // a change is withdrawn by its proposer
    let own = name(&secretary.json(&[&propose[..9]].concat()).await?)?;
    let told = deputy.refused(&["withdraw", &own]).await?;
    ensure!(
        told.contains("PERMISSION_DENIED") || told.contains("NOT_THE_PROPOSER"),
        "{told}"
    );
    let stale = [&propose[..9], &["--base-revision", "1"]].concat();
    let told = secretary.refused(&stale).await?;
    ensure!(told.contains("POLICY_MOVED"), "{told}");
    let told = secretary
        .refused(&["propose", "--community", CODE, "--title", "空"])
        .await?;
    ensure!(
        told.contains("nothing to propose") && told.contains("--add-role"),
        "{told}"
    );
    let output = secretary.run(&["settings"]).await?;
    ensure!(
        output.status.code() == Some(2) && error(&output).contains("--region"),
        "{}",
        error(&output)
    );
    Ok(())
}

/// A street's rules by the same commands.
async fn of_a_street(street: &Terminal) -> Result<()> {
    let street_code = "440309002";
    let propose = [
        "propose",
        "--region",
        street_code,
        "--title",
        "暂不公开",
        "--add",
        "*/*,directory.application.list,deny",
    ];
    let told = street.refused(&["changes", "--community", CODE]).await?;
    ensure!(told.contains("NOT_YOUR_CAPACITY"), "{told}");
    let active = put_into_force(street, street, &propose).await?;
    let change = name(&active)?;
    ensure!(change.starts_with("regions/440309002/policyChanges/"), "{active}");
    let changes = street.json(&["changes", "--region", street_code]).await?;
    ensure!(changes[0]["name"] == change.as_str(), "{changes}");
    let back = ["roll-back", "--region", street_code, "--to", "0", "--title", "恢复"];
    let back = name(&street.json(&back).await?)?;
    let shown = street.json(&["show", &back]).await?;
    ensure!(
        shown["about"]["restores"] == 0 && shown["edits"][0]["change"] == "-",
        "{shown}"
    );
    Ok(())
}
