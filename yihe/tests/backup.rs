//! Backups of a node: taken while it is written to, restored, started; and what is no backup is refused.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use yihe_kernel::Clock;
use yihe_proto::directory::v1::EndMembershipRequest;
use yihe_proto::file::v1::ListFilesRequest;
use yihe_proto::ledger::v1::{Account, ComputeTrialBalanceRequest, OpenAccountRequest, Unit};
use yihe_proto::meeting::v1::{AddBodyMemberRequest, Body, BodyKind, CreateBodyRequest, ListBodyMembersRequest};
use yihe_testkit::{Actor, Beizhan, TestNode, TestNodeOptions};

fn yihe(arguments: &[&str], data_dir: &Path) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    Ok(command.args(arguments).arg("--data-dir").arg(data_dir).output()?)
}

fn done(output: &Output) -> Result<String> {
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{error}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

fn content(number: usize) -> Vec<u8> {
    format!("statement {number}\n").repeat(40).into_bytes()
}

/// Papers of an account, one after the other, counted when they are acknowledged.
async fn write(by: Actor, account: String, written: Arc<AtomicUsize>) -> Result<()> {
    loop {
        let number = written.load(Ordering::SeqCst);
        let name = format!("{number}.txt");
        by.upload(&account, &name, "text/plain", &content(number)).await?;
        written.store(number + 1, Ordering::SeqCst);
    }
}

async fn papers(by: &Actor, account: &str) -> Result<BTreeMap<String, String>> {
    let mut papers = BTreeMap::new();
    let mut request = ListFilesRequest {
        owner_object: account.to_owned(),
        ..Default::default()
    };
    loop {
        let page = by.call(request.clone()).await?;
        papers.extend(page.files.into_iter().map(|file| (file.file_name, file.name)));
        if page.next_page_token.is_empty() {
            return Ok(papers);
        }
        request.page_token = page.next_page_token;
    }
}

async fn body_of(beizhan: &Beizhan) -> Result<String> {
    let secretary = &beizhan.committee.person;
    let body = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: beizhan.committee.organization.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.call(body).await?.name;
    for party in [beizhan.station(), beizhan.school()] {
        let add = AddBodyMemberRequest {
            parent: body.clone(),
            organization: party.organization.clone(),
            ..Default::default()
        };
        secretary.call(add).await?;
    }
    Ok(body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_under_writes_holds_all_that_was_acknowledged() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [data_dir, backup, restored] = ["data", "backup", "restored"].map(|name| folder.path().join(name));
    let node = TestNode::start(TestNodeOptions {
        data_dir: Some(data_dir.clone()),
        ..TestNodeOptions::default()
    })
    .await?;
    let beizhan = Beizhan::set_up(&node).await?;
    let (secretary, school) = (&beizhan.committee.person, beizhan.school());
    let account = OpenAccountRequest {
        parent: beizhan.community.clone(),
        account: Some(Account {
            owner: school.organization.clone(),
            unit: Unit::Fen.into(),
            ..Default::default()
        }),
        request_id: "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e05".to_owned(),
    };
    let account = school.person.call(account).await?.name;
    let body = body_of(&beizhan).await?;
    let written = Arc::new(AtomicUsize::new(0));
    let writer = tokio::spawn(write(school.person.clone(), account.clone(), Arc::clone(&written)));
    while written.load(Ordering::SeqCst) < 10 {
        ensure!(!writer.is_finished(), "the writer stopped");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let left = beizhan.station().organization.rsplit('/').next().unwrap_or_default();
    let end = EndMembershipRequest {
        name: format!("{}/memberships/{left}", beizhan.community),
        ..Default::default()
    };
    secretary.call(end).await?;

    let acknowledged = written.load(Ordering::SeqCst);
    let (to, of) = (backup.clone(), data_dir.clone());
    let output = tokio::task::spawn_blocking(move || yihe(&["backup", "--to", text(&to)], &of)).await??;
    let said = done(&output)?;
    assert!(said.contains("nobody could commit for"), "{said}");
    let afterwards = written.load(Ordering::SeqCst);
    assert!(afterwards > acknowledged, "nothing was written meanwhile");
    ensure!(!writer.is_finished(), "the writer was refused");
    writer.abort();
    let now = node.clock.now();
    node.stop().await?;

    done(&yihe(&["restore", "--from", text(&backup)], &restored)?)?;
    let node = TestNode::start(TestNodeOptions {
        data_dir: Some(restored.clone()),
        starting_at: Some(now),
        ..TestNodeOptions::default()
    })
    .await?;
    let school = school.person.over_a_new_connection(node.address()).await?;
    let secretary = secretary.over_a_new_connection(node.address()).await?;
    let papers = papers(&school, &account).await?;
    for number in 0..acknowledged {
        ensure!(
            papers.contains_key(&format!("{number}.txt")),
            "{number} of {acknowledged} is lost"
        );
    }
    for (name, file) in &papers {
        let number: usize = name.trim_end_matches(".txt").parse()?;
        assert_eq!(school.download(file, 0, 0).await?.1, content(number), "{name}");
    }
    let trial = ComputeTrialBalanceRequest {
        parent: beizhan.community.clone(),
    };
    let lines = secretary.call(trial).await?.lines;
    assert_eq!(lines.iter().map(|line| line.balance).sum::<i64>(), 0);
    left_once(&secretary, &body).await?;
    school.upload(&account, "after.txt", "text/plain", b"after").await?;
    node.stop().await?;
    let dead = Command::new(env!("CARGO_BIN_EXE_yihe"))
        .args(["bus", "dead", "list", "--data-dir"])
        .arg(&restored)
        .output()?;
    assert_eq!(done(&dead)?, "");
    Ok(())
}

/// The body heard that one of its two members left, and the other one stays.
async fn left_once(secretary: &Actor, body: &str) -> Result<()> {
    for _ in 0..500 {
        let request = ListBodyMembersRequest {
            parent: body.to_owned(),
            ..Default::default()
        };
        let members = secretary.call(request).await?.members;
        if members.iter().filter(|member| member.end_time.is_none()).count() == 1 {
            assert_eq!(members.len(), 2, "{members:?}");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("the body never heard that its member left")
}

/// Changes the manifest of a backup as if that were how it was made.
fn forge(backup: &Path, change: impl FnOnce(&mut serde_json::Value)) -> Result<()> {
    let file = backup.join("manifest.json");
    let mut manifest = serde_json::from_slice(&std::fs::read(&file)?)?;
    change(&mut manifest);
    let text = serde_json::to_vec(&manifest)?;
    let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(&file, &text)?;
    Ok(std::fs::write(backup.join("manifest.sha256"), digest)?)
}

fn refused(backup: &Path, data_dir: &Path) -> Result<String> {
    let output = yihe(&["restore", "--from", text(backup)], data_dir)?;
    ensure!(!output.status.success(), "restored");
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_is_no_whole_backup_is_refused_and_nothing_is_made() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("data");
    done(&yihe(&["import", "divisions", "shenzhen"], &data_dir)?)?;
    type Spoil = fn(&Path) -> Result<()>;
    let cases: [(Spoil, &str); 7] = [
        (
            |backup| {
                let file = backup.join("data/directory.db");
                let mut bytes = std::fs::read(&file)?;
                *bytes.last_mut().context("empty")? ^= 1;
                Ok(std::fs::write(&file, bytes)?)
            },
            "directory.db is not what it was",
        ),
        (
            |backup| Ok(std::fs::remove_file(backup.join("data/keys/node-secret"))?),
            "node-secret is missing",
        ),
        (
            |backup| Ok(std::fs::remove_file(backup.join("manifest.sha256"))?),
            "was not finished",
        ),
        (
            |backup| Ok(std::fs::write(backup.join("manifest.json"), "{}")?),
            "manifest.json is not what it was",
        ),
        (
            |backup| forge(backup, |manifest| manifest["format"] = 2.into()),
            "has form 2",
        ),
        (
            |backup| {
                forge(backup, |manifest| {
                    manifest["migrations"]["directory"][0] = "m9999_later".into();
                })
            },
            "the backup is newer than this program: the directory service has m9999_later",
        ),
        (
            |backup| {
                forge(backup, |manifest| {
                    let entry = manifest["entries"]["directory.db"].clone();
                    manifest["entries"]["../outside"] = entry;
                })
            },
            "is no place in it",
        ),
    ];
    for (number, (spoil, wanted)) in cases.into_iter().enumerate() {
        let backup = folder.path().join(format!("backup-{number}"));
        done(&yihe(&["backup", "--to", text(&backup)], &data_dir)?)?;
        spoil(&backup)?;
        let target = folder.path().join(format!("restored-{number}"));
        let said = refused(&backup, &target)?;
        assert!(said.contains(wanted), "{wanted}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!target.exists());
    }
    Ok(())
}

#[test]
fn folders_that_hold_something_are_left_alone() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("data");
    let no_node = yihe(&["backup", "--to", text(&folder.path().join("b"))], &data_dir)?;
    assert!(String::from_utf8_lossy(&no_node.stderr).contains("holds no node"));
    done(&yihe(&["import", "divisions", "shenzhen"], &data_dir)?)?;
    let full = yihe(&["backup", "--to", text(&data_dir)], &data_dir)?;
    assert!(String::from_utf8_lossy(&full.stderr).contains("is not empty"));
    let backup = folder.path().join("backup");
    done(&yihe(&["backup", "--to", text(&backup)], &data_dir)?)?;
    let said = refused(&backup, &data_dir)?;
    assert!(said.contains("is not empty"), "{said}");
    let restored = folder.path().join("restored");
    done(&yihe(&["restore", "--from", text(&backup)], &restored)?)?;
    let again = yihe(&["import", "divisions", "shenzhen"], &restored)?;
    assert!(done(&again)?.contains("901"), "{again:?}");
    Ok(())
}
