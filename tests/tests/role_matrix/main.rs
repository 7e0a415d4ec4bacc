//! Every RPC × every role that somebody can hold, through the gateway, against a reviewed matrix. An RPC or a role that is not in
//! it fails.

#[cfg(test)]
mod cast;
#[cfg(test)]
mod cell;

#[cfg(test)]
use std::collections::BTreeMap;

#[cfg(test)]
use anyhow::{Context, Result, ensure};
#[cfg(test)]
use tonic::transport::Channel;
#[cfg(test)]
use yihe_authz::Rule;
#[cfg(test)]
use yihe_testkit::{TestNode, TestNodeOptions};
#[cfg(test)]
use yihe_tests::rpcs;

#[cfg(test)]
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/role_matrix/golden.csv");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_meets_what_the_reviewed_matrix_says() -> Result<()> {
    let node = TestNode::start(TestNodeOptions::default()).await?;
    let cast = cast::assemble(&node).await?;
    let channel = Channel::from_shared(format!("http://{}", node.address()))?
        .connect()
        .await?;
    let required: Vec<_> = rpcs()?.into_iter().filter(|rpc| rpc.rule == Rule::Require).collect();
    let mut rows = BTreeMap::new();
    for rpc in &required {
        let mut row = Vec::new();
        for (role, actor) in &cast.roles {
            let cell = cell::probe(&channel, actor, rpc, &cast.community)
                .await
                .with_context(|| format!("{} by {role}", rpc.path))?;
            row.push(cell);
        }
        rows.insert(rpc.path.clone(), row);
    }
    node.stop().await?;
    let mut seen = csv(cast.roles.iter().map(|(role, _)| role.as_str()), &rows);
    if std::env::var_os("YIHE_TEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &seen)?;
    }
    let reviewed = std::fs::read_to_string(GOLDEN).context("the reviewed matrix")?;
    if seen != reviewed {
        seen = differences(&reviewed, &seen);
        anyhow::bail!(
            "the matrix is another than the reviewed one (YIHE_TEST_UPDATE_GOLDEN=1 writes it anew):\n{seen}"
        );
    }
    ensure!(required.len() > 200 && cast.roles.len() > 70, "the matrix is too small");
    Ok(())
}

/// One line an RPC, one column a role.
#[cfg(test)]
fn csv<'a>(roles: impl Iterator<Item = &'a str>, rows: &BTreeMap<String, Vec<String>>) -> String {
    let mut text = format!("rpc,{}\n", roles.collect::<Vec<_>>().join(","));
    for (path, row) in rows {
        text.push_str(&format!("{path},{}\n", row.join(",")));
    }
    text
}

#[cfg(test)]
fn differences(reviewed: &str, seen: &str) -> String {
    let roles: Vec<_> = seen.lines().next().unwrap_or_default().split(',').collect();
    let rows = |text: &'_ str| -> BTreeMap<String, Vec<String>> {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        text.lines().map(|line| (cells(line)[0].clone(), cells(line))).collect()
    };
    let (before, after) = (rows(reviewed), rows(seen));
    let mut lines = Vec::new();
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        lines.push(format!("- {path}"));
    }
    for (path, row) in &after {
        let Some(old) = before.get(path) else {
            lines.push(format!("+ {path}"));
            continue;
        };
        for (place, role) in roles.iter().enumerate() {
            if old.get(place) != row.get(place) {
                lines.push(format!("{path} {role}: {:?} → {:?}", old.get(place), row.get(place)));
            }
        }
    }
    lines.truncate(60);
    lines.join("\n")
}
