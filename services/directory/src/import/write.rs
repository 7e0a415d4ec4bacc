use std::fmt::Write;
use std::sync::Arc;

use prost::Message;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use yihe_authz::Principal;
use yihe_kernel::{CommunityId, RegionCode, Timestamp};
use yihe_proto::directory::v1 as pb;
use yihe_store::{Failure, NewEvent, Store, Tx};

use crate::import::read::Row;
use crate::store::events::Event;
use crate::store::{community, region, region_committee};

/// Values SQLite takes in one statement; PostgreSQL takes twice as many.
const MOST_VALUES: usize = 32_766;
const COLUMNS: usize = 3;
const ROWS_A_STATEMENT: usize = MOST_VALUES / COLUMNS;

/// Writes sorted rows in one transaction. Returns how many were new or changed, and how many active communities moved.
pub async fn write(store: &Store, rows: Arc<Vec<Row>>) -> Result<(u64, usize), Failure> {
    let input = (rows, store.clock().clone());
    let written = store
        .transaction("directory.import_divisions", input, |tx, (rows, clock)| {
            Box::pin(all(tx, rows, clock.now()))
        })
        .await?;
    Ok(written)
}

async fn all(tx: &Tx, rows: &[Row], now: Timestamp) -> Result<(u64, usize), Failure> {
    let before = lineages(tx).await?;
    let regions_before = region_committee::lineages(tx).await?;
    let mut changed = 0;
    for rows in rows.chunks(ROWS_A_STATEMENT) {
        let backend = tx.get_database_backend();
        let values = rows.iter().flat_map(values);
        let statement = Statement::from_sql_and_values(backend, upsert(backend, rows.len()), values);
        changed += tx.execute_raw(statement).await?.rows_affected();
    }
    let mut moved = 0;
    for (community, lineage) in lineages(tx).await? {
        if !before.contains(&(community.clone(), lineage)) {
            community::advance(tx, &community).await?;
            moved += 1;
        }
    }
    region_committee::tree_changed(tx, &regions_before).await?;
    tell(tx, rows.len(), changed, now).await?;
    Ok((changed, moved))
}

/// Where the active communities stand in the tree: the rules above them are found by it.
async fn lineages(tx: &Tx) -> Result<Vec<(CommunityId, Vec<RegionCode>)>, Failure> {
    let mut lineages = Vec::new();
    for (id, _) in community::sequences(tx).await? {
        let found = community::require(tx, &id).await?;
        lineages.push((id, region::lineage(tx, &found.region).await?));
    }
    Ok(lineages)
}

/// An insert of so many rows, which touches rows that are there only where they tell something else. Written by hand: the
/// builder's own text for ten thousand rows takes longer than the database's work.
fn upsert(backend: DbBackend, rows: usize) -> String {
    let mut sql = String::with_capacity(200 + rows * 24);
    sql.push_str("INSERT INTO \"region\" (\"code\", \"parent\", \"display_name\") VALUES ");
    for row in 0..rows {
        let separator = if row == 0 { "" } else { "," };
        let first = row * COLUMNS + 1;
        // writing to a string cannot fail
        let _ = match backend {
            DbBackend::Postgres => write!(sql, "{separator}(${first},${},${})", first + 1, first + 2),
            _ => write!(sql, "{separator}(?,?,?)"),
        };
    }
    sql.push_str(
        " ON CONFLICT (\"code\") DO UPDATE SET \"parent\" = excluded.\"parent\", \"display_name\" = excluded.\"display_name\" \
         WHERE \"region\".\"parent\" IS DISTINCT FROM excluded.\"parent\" \
         OR \"region\".\"display_name\" <> excluded.\"display_name\"",
    );
    sql
}

fn values(row: &Row) -> [Value; COLUMNS] {
    [
        Value::from(&*row.code),
        Value::from(row.parent.as_deref()),
        Value::from(&*row.name),
    ]
}

async fn tell(tx: &Tx, rows: usize, changed: u64, now: Timestamp) -> Result<(), Failure> {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let event = pb::DivisionsImported {
        rows: count(rows as u64),
        changed: count(changed),
    };
    let event = NewEvent {
        community: None,
        kind: pb::DivisionsImported::KIND,
        stream: "regions".to_owned(),
        subject: "regions".to_owned(),
        actor: Principal::Operator.to_string(),
        organization: None,
        payload: event.encode_to_vec(),
        at: now,
    };
    Ok(tx.append(event).await?)
}
