//! The commands about rules, by the real binary as a client of a real node.

mod changes;
mod exchanges;
mod terminal;

use std::process::{Command, Output};

use anyhow::{Result, ensure};
use serde_json::Value;
use yihe_testkit::{Beizhan, TestNode, TestNodeOptions};

use crate::changes::changes;
use crate::exchanges::exchanges;
use crate::terminal::Terminal;

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
