//! The community is the shard key: it leads every key of every table that is a community's, on both databases.

mod reviewed;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use yihe::services::keepers;
use yihe_testkit::Postgres;

use reviewed::{OF_EVERY_SERVICE, OWN, Place};
use tables::Schema;

/// Tables that are not a community's, by `service.table`.
fn exempt() -> BTreeMap<String, Place> {
    let of_every = keepers().flat_map(|(service, _)| {
        let name = move |table: &str| format!("{}.{table}", service.as_str());
        OF_EVERY_SERVICE
            .iter()
            .map(move |(table, place, _)| (name(table), *place))
    });
    let own = OWN.iter().map(|(table, place, _)| ((*table).to_owned(), *place));
    of_every.chain(own).collect()
}

/// What is wrong with a schema, a line each.
fn faults(schema: &Schema, exempt: &BTreeMap<String, Place>) -> Vec<String> {
    let mut faults: Vec<String> = exempt
        .keys()
        .filter(|table| !schema.contains_key(*table))
        .map(|table| format!("{table} is in the list and does not exist"))
        .collect();
    for (name, table) in schema {
        let leads = |key: &Vec<String>| key.first().is_some_and(|first| first == "community");
        match exempt.contains_key(name) {
            true if leads(&table.primary) => {
                faults.push(format!("{name} is a community's by its key and stands in the list"));
            }
            true => {}
            false if !table.columns.contains("community") => {
                faults.push(format!("{name} has no community and does not stand in the list"));
            }
            false => {
                if !leads(&table.primary) {
                    faults.push(format!(
                        "the primary key of {name} begins with {:?}",
                        table.primary.first()
                    ));
                }
                let others = table.unique.iter().filter(|key| !leads(key));
                faults.extend(others.map(|key| format!("a unique index of {name} is on {key:?}")));
            }
        }
    }
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn community_leads_every_key_of_what_is_a_communitys() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (sqlite, server) = (tables::sqlite(folder.path()).await?, Postgres::start()?);
    let postgres = tables::postgres(&server.url()).await?;
    let exempt = exempt();
    assert_eq!(faults(&sqlite, &exempt), Vec::<String>::new());
    assert_eq!(faults(&postgres, &exempt), Vec::<String>::new());
    assert_eq!(sqlite, postgres, "the two databases have other tables or keys");
    assert!(sqlite.len() > 140, "{} tables are not all", sqlite.len());
    Ok(())
}

#[test]
fn a_key_that_another_column_leads_and_a_table_nobody_reviewed_are_found() {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let table = |columns: &[&str], primary: &[&str], unique: &[&[&str]]| tables::Table {
        columns: words(columns).into_iter().collect(),
        primary: words(primary),
        unique: unique.iter().map(|key| words(key)).collect(),
    };
    let schema: Schema = [
        (
            "a.well",
            table(&["community", "id"], &["community", "id"], &[&["community", "x"]]),
        ),
        ("a.turned", table(&["community", "id"], &["id", "community"], &[])),
        (
            "a.unique",
            table(&["community", "id"], &["community", "id"], &[&["id"]]),
        ),
        ("a.alone", table(&["id"], &["id"], &[])),
        ("a.listed", table(&["community", "id"], &["community", "id"], &[])),
    ]
    .into_iter()
    .map(|(name, table)| (name.to_owned(), table))
    .collect();
    let exempt = ["a.listed", "a.gone"].map(|name| (name.to_owned(), Place::Once));
    let found = faults(&schema, &exempt.into_iter().collect()).join("\n");
    for name in ["a.turned", "a.unique", "a.alone", "a.listed", "a.gone"] {
        assert!(found.contains(name), "{name} is not found in\n{found}");
    }
    assert!(!found.contains("a.well"), "{found}");
}

const BEGIN: &str = "<!-- generated: tables -->\n";
const END: &str = "<!-- end -->";

fn ddl(schema: &Schema) -> String {
    let exempt = exempt();
    let mut text = String::from("```sql\n");
    let mut last = "";
    for name in schema.keys() {
        let (service, table) = name.split_once('.').unwrap_or_default();
        let statement = match exempt.get(name) {
            None => format!("create_distributed_table('yihe_{service}.{table}', 'community')"),
            Some(Place::Everywhere) => format!("create_reference_table('yihe_{service}.{table}')"),
            Some(Place::Once) => continue,
        };
        if service != last {
            let _ = writeln!(text, "-- {service}");
            last = service;
        }
        let _ = writeln!(text, "SELECT {statement};");
    }
    text + "```\n"
}

#[tokio::test]
async fn the_guide_to_scaling_names_every_table() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let wanted = ddl(&tables::sqlite(folder.path()).await?);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scaling.md");
    let text = std::fs::read_to_string(&file)?;
    let (before, rest) = text.split_once(BEGIN).context("no beginning of the tables")?;
    let (there, after) = rest.split_once(END).context("no end of the tables")?;
    if std::env::var_os("YIHE_TEST_UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, format!("{before}{BEGIN}{wanted}{END}{after}"))?;
        return Ok(());
    }
    assert_eq!(
        there, wanted,
        "regenerate with `YIHE_TEST_UPDATE_GOLDEN=1 cargo test -p yihe-tests --test schema`"
    );
    let once: BTreeSet<&str> = OWN.iter().filter(|row| row.1 == Place::Once).map(|row| row.0).collect();
    for table in once.iter().chain(OF_EVERY_SERVICE.iter().map(|row| &row.0)) {
        let name = table.rsplit('.').next().unwrap_or_default();
        assert!(after.contains(&format!("`{name}`")), "{table} is not told of");
    }
    Ok(())
}
