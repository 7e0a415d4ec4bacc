//! Events that were put aside, as the operator sees them.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use anyhow::Result;
use uuid::Uuid;
use yihe::node::store_config;
use yihe::{Config, ServiceName};
use yihe_authz::Keys;
use yihe_kernel::{SystemClock, Timestamp};
use yihe_store::{Event, Store};

fn dead(data: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yihe"));
    command
        .args(["bus", "dead"])
        .args(arguments)
        .arg("--data-dir")
        .arg(data);
    Ok(command.output()?)
}

async fn resource_store(data: &Path) -> Result<Store> {
    let config = Config {
        data_dir: data.to_owned(),
        ..Config::default()
    };
    let place = store_config(&config, &Keys::load_or_create(data)?, ServiceName::Resource);
    Ok(Store::open(&place, yihe_resource::migrations, Arc::new(SystemClock)).await?)
}

async fn bury(store: &Store, id: Uuid) -> Result<()> {
    let event = Event {
        sequence: 7,
        id,
        community: Some("440309002021".parse()?),
        kind: "yihe.ledger.v1.ProjectEntryMade".into(),
        stream: "s".into(),
        subject: "s".into(),
        actor: "users/1".into(),
        organization: None,
        payload: Vec::new(),
        at: Timestamp::from_seconds(1_772_413_200),
        trace: None,
    };
    let bury = store.transaction("test.bury", event, |tx, event| {
        Box::pin(async move {
            tx.bury("resource.project_entries", event, "no such project", event.at)
                .await
        })
    });
    Ok(bury.await?)
}

#[tokio::test]
async fn what_was_put_aside_is_listed_and_asked_for_again_by_its_id() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let store = resource_store(data).await?;
    let [first, second] = [Uuid::from_u128(1), Uuid::from_u128(2)];
    for id in [first, second] {
        bury(&store, id).await?;
    }
    let listed = dead(data, &["list"])?;
    let text = String::from_utf8(listed.stdout)?;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    let wanted = format!(
        "{first}\tresource.project_entries\tyihe.ledger.v1.ProjectEntryMade\t440309002021\t2026-03-02T01:00:00Z\tno such project"
    );
    assert_eq!(lines[0], wanted);

    let unknown = dead(data, &["replay", "0190a5b4-7e1e-7c3a-9b3e-2f6d8c1a4e5f"])?;
    assert!(!unknown.status.success());
    let told = String::from_utf8(unknown.stderr)?;
    assert!(told.contains("is not among the events that were put aside"), "{told}");

    let asked = dead(data, &["replay", &first.to_string()])?;
    assert_eq!(String::from_utf8(asked.stdout)?, "1 to be tried again\n");
    let again = store.letters_to_replay("resource.project_entries").await?;
    assert_eq!(again.iter().map(|letter| letter.event.id).collect::<Vec<_>>(), [first]);
    let text = String::from_utf8(dead(data, &["list"])?.stdout)?;
    assert!(
        text.lines()
            .any(|line| line.starts_with(&first.to_string()) && line.ends_with("(to be tried again)"))
    );

    let all = dead(data, &["replay", "--all"])?;
    assert_eq!(String::from_utf8(all.stdout)?, "2 to be tried again\n");
    assert!(
        !dead(data, &["replay"])?.status.success(),
        "neither an event nor all of them"
    );
    Ok(())
}

#[test]
fn a_folder_that_is_not_there_is_named_and_not_made() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let nowhere = folder.path().join("nowhere");
    let listed = dead(&nowhere, &["list"])?;
    let told = String::from_utf8(listed.stderr)?;
    assert!(!listed.status.success() && told.contains("is no data folder"), "{told}");
    assert!(!nowhere.exists());
    Ok(())
}
