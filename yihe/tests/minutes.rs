//! Minutes of a real node, exported through its gateway, and verified by the real binary without any node.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};
use yihe_proto::meeting::v1::{
    AddBodyMemberRequest, AgendaItem, AgendaItemKind, Body, BodyKind, CastBallotRequest, CheckInRequest, Choice,
    CloseMeetingRequest, CloseVoteRequest, CreateAgendaItemRequest, CreateBodyRequest, CreateMeetingRequest,
    DraftMinutesRequest, ExportMinutesRequest, MatterClass, Meeting, Motion, OpenSessionRequest, OpenVoteRequest,
    PublishMinutesRequest, RequestSignaturesRequest, ServeNoticeRequest, SignMinutesRequest, SubmitMotionRequest,
};
use yihe_testkit::{Beizhan, TestNode, TestNodeOptions};

fn verify(file: &Path, more: &[&str]) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    Ok(command.args(["minutes", "verify"]).arg(file).args(more).output()?)
}

/// A joint conference of three units that decides, closes, signs and publishes; the export of its minutes.
async fn export(node: &TestNode) -> Result<Vec<u8>> {
    let beizhan = Beizhan::set_up(node).await?;
    let (secretary, units) = (&beizhan.committee, &beizhan.units[..3]);
    let request = CreateBodyRequest {
        parent: beizhan.community.clone(),
        body: Some(Body {
            kind: BodyKind::JointConference.into(),
            display_name: "联席会议".into(),
            convener: secretary.organization.clone(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let body = secretary.person.call(request).await?.name;
    for unit in units {
        let request = AddBodyMemberRequest {
            parent: body.clone(),
            organization: unit.organization.clone(),
            ..Default::default()
        };
        secretary.person.call(request).await?;
    }
    let start = yihe_kernel::Clock::now(&*node.clock).plus_days(7);
    let request = CreateMeetingRequest {
        parent: beizhan.community.clone(),
        meeting: Some(Meeting {
            body,
            title: "三月联席会议".into(),
            start_time: Some(start.to_proto()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let name = secretary.person.call(request).await?.name;
    let request = CreateAgendaItemRequest {
        parent: name.clone(),
        agenda_item: Some(AgendaItem {
            title: "小小文明劝导员".into(),
            kind: AgendaItemKind::Decision.into(),
            matter_class: MatterClass::ResourceSharing.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let agenda_item = secretary.person.call(request).await?.name;
    let notice = ServeNoticeRequest {
        name: name.clone(),
        ..Default::default()
    };
    secretary.person.call(notice).await?;
    node.clock.set(start);
    let open = OpenSessionRequest {
        name: name.clone(),
        ..Default::default()
    };
    secretary.person.call(open).await?;
    for unit in units {
        let request = CheckInRequest {
            name: name.clone(),
            ..Default::default()
        };
        unit.person.call(request).await?;
    }
    let request = SubmitMotionRequest {
        parent: name.clone(),
        motion: Some(Motion {
            agenda_item,
            text: "试行一学期".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let motion = units[0].person.call(request).await?.name;
    let request = OpenVoteRequest {
        parent: motion,
        ..Default::default()
    };
    let vote = secretary.person.call(request).await?.name;
    for unit in units {
        let request = CastBallotRequest {
            parent: vote.clone(),
            choice: Choice::Yes.into(),
            ..Default::default()
        };
        unit.person.call(request).await?;
    }
    let close = CloseVoteRequest {
        name: vote,
        ..Default::default()
    };
    secretary.person.call(close).await?;
    let close = CloseMeetingRequest {
        name: name.clone(),
        ..Default::default()
    };
    secretary.person.call(close).await?;
    let minutes = secretary
        .person
        .call(DraftMinutesRequest { name: name.clone() })
        .await?;
    let request = RequestSignaturesRequest {
        name: name.clone(),
        etag: minutes.etag,
    };
    secretary.person.call(request).await?;
    for unit in units {
        let request = SignMinutesRequest {
            name: name.clone(),
            version: minutes.version,
            sha256: minutes.sha256.clone(),
            member: unit.organization.clone(),
        };
        unit.person.call(request).await?;
    }
    let publish = PublishMinutesRequest {
        name: name.clone(),
        ..Default::default()
    };
    secretary.person.call(publish).await?;
    Ok(secretary.person.call(ExportMinutesRequest { name }).await?.content)
}

#[tokio::test]
async fn minutes_are_verified_without_a_server_and_every_change_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let options = TestNodeOptions {
        data_dir: Some(folder.path().to_owned()),
        ..TestNodeOptions::default()
    };
    let node = TestNode::start(options).await?;
    let content = export(&node).await?;
    node.stop().await?;
    let file = folder.path().join("minutes.json");
    std::fs::write(&file, &content)?;

    let output = verify(&file, &[])?;
    let told = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for expected in [
        "version 1 with",
        "intact",
        "recounted, the same: 通过",
        "published: yes",
        "contained in the file",
    ] {
        ensure!(told.contains(expected), "{expected:?} is not in {told}");
    }
    ensure!(told.matches("SIGNED, countersigned").count() == 3, "{told}");

    // the key got by another way
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    let output = command
        .args(["minutes", "key", "--data-dir"])
        .arg(folder.path())
        .output()?;
    let key = String::from_utf8(output.stdout)?.trim().to_owned();
    let output = verify(&file, &["--key", &key])?;
    ensure!(String::from_utf8(output.stdout)?.contains("the one given"));
    let other = folder.path().join("other");
    std::fs::create_dir_all(other.join("keys"))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    let output = command.args(["minutes", "key", "--data-dir"]).arg(&other).output()?;
    let other_key = String::from_utf8(output.stdout)?.trim().to_owned();
    ensure!(!other_key.is_empty() && other_key != key);
    let output = verify(&file, &["--key", &other_key])?;
    ensure!(
        output.status.code() == Some(5),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = verify(&file, &["--key", "no such file"])?;
    ensure!(output.status.code() == Some(1));

    let text = String::from_utf8(content)?;
    let document: serde_json::Value = serde_json::from_str(&text)?;
    let at = |pointer: &str| -> Result<String> {
        let found = document.pointer(pointer).and_then(serde_json::Value::as_str);
        Ok(found.with_context(|| pointer.to_owned())?.to_owned())
    };
    let seal = at("/seal/signature")?;
    let signature = at("/signatures/0/countersignature/signature")?;
    for (before, after, code) in [
        ("三月联席会议".to_owned(), "四月联席会议".to_owned(), 4),
        (key.clone(), other_key.clone(), 5),
        (signature, seal.clone(), 6),
        ("\"person_name\": \"".to_owned(), "\"person_name\": \"某".to_owned(), 6),
        ("（公开文本）".to_owned(), "（公开本）".to_owned(), 7),
        (
            "\\\"choice\\\":\\\"YES\\\"".to_owned(),
            "\\\"choice\\\":\\\"NO\\\"".to_owned(),
            8,
        ),
        (at("/versions/0/created_at")?, "2026-01-01T00:00:00Z".to_owned(), 9),
        (at("/format")?, "yihe.minutes.0".to_owned(), 3),
    ] {
        ensure!(text.contains(&before), "{before}");
        std::fs::write(&file, text.replacen(&before, &after, 1))?;
        let output = verify(&file, &[])?;
        let told = String::from_utf8(output.stderr)?;
        ensure!(
            output.status.code() == Some(code),
            "{before} to {after}: {:?} {told}",
            output.status
        );
        ensure!(told.contains("minutes.json: ") && output.stdout.is_empty(), "{told}");
    }
    Ok(())
}

#[test]
fn a_file_that_is_no_export_is_named() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("picture.jpg");
    std::fs::write(&file, [0xff, 0xd8, 0xff])?;
    let output = verify(&file, &[])?;
    ensure!(output.status.code() == Some(3));
    ensure!(String::from_utf8(output.stderr)?.contains("not an export of minutes"));
    let output = verify(&folder.path().join("nothing"), &[])?;
    ensure!(output.status.code() == Some(1));
    Ok(())
}
