//! What services really ask of their database in a whole story: whatever touches a community's table names the community, or is
//! reviewed.
//!
//! It covers the statements of the Beizhan story on PostgreSQL, as the server's own log has them, and no others.

mod sql;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use sea_orm::{ConnectionTrait, Statement as Query};
use yihe::services::{keepers, schema};
use yihe_demo::{Narrator, tell};
use yihe_kernel::SystemClock;
use yihe_store::{Backend, Store, StoreConfig};
use yihe_testkit::{Postgres, TestNode, TestNodeOptions};

use sql::Statement;

/// What may cross communities: how the statement begins or what is in it, and why.
const REVIEWED: &[(&str, &str)] = &[
    (
        r#"FROM "appointment" WHERE "appointment"."end_at" > $1"#,
        "a sweep: terms that lapse",
    ),
    (
        r#"FROM "appointment" WHERE "appointment"."user" = $1"#,
        "a person's posts, in all its communities, at sign-in",
    ),
    (
        r#"FROM "register_owner" WHERE "register_owner"."user" = $1"#,
        "what a person owns, in all its communities, at sign-in",
    ),
    (
        r#"FROM "blob" WHERE "blob"."reserved_until_at" <= $1"#,
        "a sweep: bytes that no file came to need",
    ),
    (
        r#"FROM "file" WHERE "file"."retired_at" <= $1"#,
        "a sweep: files whose time is over",
    ),
    (
        r#"FROM "booking" WHERE "booking"."expires_at" <= $1"#,
        "a sweep: holds that expire",
    ),
    (
        r#"FROM "commitment" WHERE "commitment"."escalates_at" <= $1"#,
        "a sweep: commitments that escalate",
    ),
    (
        r#""minutes"."signing_ends_at" <= $1"#,
        "a sweep: minutes whose time for signing is over",
    ),
    (
        r#""webhook"."next_attempt_at" <= $2"#,
        "a sweep: webhooks that are owed events",
    ),
    ("UPDATE meeting SET notice_round = 1", "a migration"),
];

/// Tables whose key a community leads.
async fn tables_of_communities(url: &str) -> Result<BTreeSet<String>> {
    let sql = "SELECT t.relname::text AS t FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        WHERE n.nspname = current_schema() AND x.indisprimary AND a.attname = 'community'";
    let mut tables = BTreeSet::new();
    for (service, migrations) in keepers() {
        let backend = Backend::Postgres {
            url: url.to_owned(),
            schema: schema(service),
        };
        let config = StoreConfig::new(backend, [0; 32]);
        let store = Store::open(&config, migrations, std::sync::Arc::new(SystemClock)).await?;
        let query = Query::from_string(store.reader().get_database_backend(), sql);
        for row in store.reader().query_all_raw(query).await? {
            tables.insert(row.try_get("", "t")?);
        }
    }
    Ok(tables)
}

/// Statements in a server's log, each once.
fn told(log: &str) -> BTreeSet<String> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut current: Option<String> = None;
    for line in log.lines() {
        if let (Some(text), Some(more)) = (&mut current, line.strip_prefix('\t')) {
            text.push(' ');
            text.push_str(more.trim());
            continue;
        }
        told.extend(current.take());
        let rest = line
            .strip_prefix("LOG:  execute ")
            .and_then(|rest| rest.split_once(": "));
        let rest = rest.or_else(|| line.split_once("LOG:  statement: "));
        current = rest.map(|(_, statement)| statement.to_owned());
    }
    told.extend(current);
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_touches_a_communitys_table_names_the_community() -> Result<()> {
    let server = Postgres::start_telling_statements()?;
    let tables = tables_of_communities(&server.url()).await?;
    let node = TestNode::start(TestNodeOptions {
        database: Some(server.url()),
        ..TestNodeOptions::default()
    })
    .await?;
    tell(&node, &mut Narrator::silent()).await?;
    node.stop().await?;

    let told = told(&server.log());
    let (mut seen, mut bad) = (BTreeSet::new(), Vec::new());
    let mut used: BTreeMap<&str, u32> = REVIEWED.iter().map(|(fragment, _)| (*fragment, 0)).collect();
    for text in &told {
        let statement = Statement::read(text);
        let named: Vec<&str> = statement
            .tables()
            .into_iter()
            .filter(|table| tables.contains(*table))
            .collect();
        if !statement.is_about_rows() || named.is_empty() {
            continue;
        }
        seen.extend(named.iter().map(|table| (*table).to_owned()));
        if statement.names_a_community() {
            continue;
        }
        match used.iter_mut().find(|(fragment, _)| text.contains(**fragment)) {
            Some((_, times)) => *times += 1,
            None => bad.push(text.as_str()),
        }
    }
    assert!(bad.is_empty(), "{} name no community:\n{}", bad.len(), bad.join("\n\n"));
    let unused: Vec<&&str> = used
        .iter()
        .filter(|(_, times)| **times == 0)
        .map(|(fragment, _)| fragment)
        .collect();
    assert!(unused.is_empty(), "reviewed and not asked: {unused:?}");
    assert!(
        seen.len() * 3 > tables.len() * 2,
        "only {} of {} tables were touched",
        seen.len(),
        tables.len()
    );
    println!(
        "{} statements about {} of {} tables",
        told.len(),
        seen.len(),
        tables.len()
    );
    Ok(())
}
