//! The commands about rules, by the real binary as a client of a real node.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use yihe_testkit::{Actor, Beizhan, Party, TestNode, TestNodeOptions};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/policy-tests.yaml");
const CODE: &str = "440309002021";

fn yihe(arguments: &[&str]) -> Result<Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_yihe"))
        .arg("policy")
        .args(arguments)
        .output()?)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Somebody at a terminal.
struct Terminal {
    address: String,
    token: String,
    acting_as: String,
}

impl Terminal {
    fn of(node: &TestNode, party: &Party) -> Result<Self> {
        Self::for_actor(node, &party.person, &party.organization)
    }

    fn for_actor(node: &TestNode, actor: &Actor, organization: &str) -> Result<Self> {
        Ok(Self {
            address: node.address().to_string(),
            token: actor.token().context("nobody signed in")?,
            acting_as: organization.to_owned(),
        })
    }

    async fn run(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_yihe"));
        command
            .arg("policy")
            .args(arguments)
            .env("YIHE_CLIENT_ADDRESS", &self.address)
            .env("YIHE_CLIENT_TOKEN", &self.token)
            .env("YIHE_CLIENT_ACTING_AS", &self.acting_as);
        Ok(command.output().await?)
    }

    async fn says(&self, arguments: &[&str]) -> Result<String> {
        let output = self.run(arguments).await?;
        ensure!(output.status.success(), "{arguments:?}: {}", error(&output));
        Ok(text(&output))
    }

    async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments = [arguments, &["--json"]].concat();
        Ok(serde_json::from_str(&self.says(&arguments).await?)?)
    }
}

#[test]
fn tests_of_the_template_need_no_node() -> Result<()> {
    let output = yihe(&["test", EXAMPLE, "--template"])?;
    assert!(output.status.success(), "{}", error(&output));
    assert!(text(&output).contains("0 failed"), "{}", text(&output));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("tests.yaml");
    let example = std::fs::read_to_string(EXAMPLE)?;
    std::fs::write(&file, example.replacen("expect: allow", "expect: deny", 1))?;
    let output = yihe(&["test", &file.display().to_string(), "--template", "--zh"])?;
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("未通过 1 项"), "{}", text(&output));
    std::fs::write(&file, example.replacen("meeting.vote.open", "meeting.vote.opne", 1))?;
    let output = yihe(&["test", &file.display().to_string(), "--template"])?;
    assert_eq!(output.status.code(), Some(1));
    let told = error(&output);
    assert!(
        told.contains("tests.yaml") && told.contains("line ") && told.contains("meeting.vote.open"),
        "{told}"
    );
    Ok(())
}

#[test]
fn a_node_that_is_not_there_is_named() -> Result<()> {
    let output = yihe(&[
        "who-can",
        "meeting.vote.open",
        "--community",
        CODE,
        "--address",
        "127.0.0.1:1",
    ])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error(&output).contains("no gateway answers at http://127.0.0.1:1"),
        "{}",
        error(&output)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_why_not_to_a_rule_in_force() -> Result<()> {
    let node = TestNode::start(TestNodeOptions::default()).await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let secretary = Terminal::of(&node, &beizhan.committee)?;
    let station = Terminal::of(&node, beizhan.station())?;
    asks(&secretary, &station).await?;
    let folder = tempfile::tempdir()?;
    changes(&secretary, &station).await?;
    exchanges(&secretary, folder.path()).await?;
    node.stop().await?;
    Ok(())
}

async fn asks(secretary: &Terminal, station: &Terminal) -> Result<()> {
    let why = ["explain", "meeting.vote.open", "--community", CODE];
    let told = station.says(&[&why[..], &["--zh"]].concat()).await?;
    ensure!(told.contains("不可以执行") && told.contains("社区党委书记"), "{told}");
    let told = station.json(&why).await?;
    ensure!(
        told["verdict"] == "deny" && told["text_en"].as_str().is_some(),
        "{told}"
    );

    let all = secretary
        .json(&["who-can", "meeting.vote.open", "--community", CODE])
        .await?;
    ensure!(
        all["holders"].as_array().is_some_and(|holders| holders.len() > 3),
        "{all}"
    );
    let seen = station
        .json(&["who-can", "meeting.vote.open", "--community", CODE])
        .await?;
    ensure!(
        seen["roles"] == all["roles"] && seen["holders"] == Value::Array(Vec::new()),
        "{seen}"
    );
    let settled = [
        "who-can",
        "meeting.vote.open",
        "--community",
        CODE,
        "--facts",
        "convener",
    ];
    let settled = secretary.json(&settled).await?;
    ensure!(settled["roles"][0]["verdict"] == "allow", "{settled}");
    let table = station.says(&["what-can", "--community", CODE]).await?;
    ensure!(table.contains("meeting.ballot.cast"), "{table}");
    let matrix = station.says(&["matrix", "--community", CODE]).await?;
    ensure!(matrix.contains("社区党委书记") && matrix.lines().count() > 50);

    let output = station.run(&["test", EXAMPLE, "--community", CODE]).await?;
    ensure!(error(&output).contains("PERMISSION_DENIED"), "{}", error(&output));
    let told = secretary.says(&["test", EXAMPLE, "--community", CODE]).await?;
    ensure!(told.contains("0 failed"), "{told}");
    let output = secretary
        .run(&["explain", "meeting.vote.opne", "--community", CODE, "--zh"])
        .await?;
    ensure!(
        error(&output).contains("没有“meeting.vote.opne”这一权限"),
        "{}",
        error(&output)
    );
    Ok(())
}

async fn changes(secretary: &Terminal, station: &Terminal) -> Result<()> {
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
        diff[0]["change"] == "+" && diff[0]["what"] == "RESIDENT_UNIT/* allow meeting.vote.open where convener",
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

async fn exchanges(secretary: &Terminal, folder: &Path) -> Result<()> {
    let (file, model) = (folder.join("rules.csv"), folder.join("model.conf"));
    let (file, model) = (file.display().to_string(), model.display().to_string());
    let export = [
        "export",
        "--community",
        CODE,
        "--own",
        "--output",
        &file,
        "--model",
        &model,
    ];
    secretary.says(&export).await?;
    let rules = std::fs::read_to_string(&file)?;
    ensure!(
        rules.contains(
            "p, RESIDENT_UNIT/*, 440309002021, meeting.vote, open, allow, convener, , 2029-12-31T16:00:00.000000Z"
        ),
        "{rules}"
    );
    ensure!(std::fs::read_to_string(&model)?.contains("[matchers]"));
    let import = ["import", &file, "--community", CODE, "--title", "导入"];
    let unchanged = secretary.json(&import).await?;
    ensure!(
        unchanged["unchanged"] == 1 && unchanged["changes"] == Value::Array(Vec::new()),
        "{unchanged}"
    );
    std::fs::write(
        &file,
        format!("{rules}p, */*, 440309002021, meeting.vote, get, deny, , , \n"),
    )?;
    let added = secretary.json(&import).await?;
    ensure!(
        added["added"] == 1 && added["changes"][0]["state"] == "proposed",
        "{added}"
    );
    std::fs::write(
        &file,
        format!("{rules}p, */*, 440309002021, meeting.vote, gte, deny, , , \n"),
    )?;
    let output = secretary.run(&import).await?;
    let told = error(&output);
    ensure!(told.contains("line 3") && told.contains("meeting.vote.get"), "{told}");
    Ok(())
}
