//! The tables of every service as its database has them, migrations run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use yihe::services::{keepers, schema};
use yihe_kernel::SystemClock;
use yihe_store::{Backend, Reader, Store, StoreConfig};

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: BTreeSet<String>,
    pub primary: Vec<String>,
    /// Unique indexes beside the primary key.
    pub unique: BTreeSet<Vec<String>>,
}

/// Tables by `service.table`.
pub type Schema = BTreeMap<String, Table>;

const SQLITE_COLUMNS: &str = "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
const SQLITE_KEYS: &str = "SELECT m.name AS t, 'primary' AS i, c.pk AS place, c.name AS c
    FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.pk > 0
    UNION ALL SELECT m.name, i.name, x.seqno, coalesce(x.name, '(expression)')
    FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) x
    WHERE m.type = 'table' AND i.\"unique\" = 1 AND i.origin <> 'pk' ORDER BY 1, 2, 3";
const POSTGRES_COLUMNS: &str =
    "SELECT c.table_name::text AS t, c.column_name::text AS c FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'";
const POSTGRES_KEYS: &str = "SELECT t.relname::text AS t,
        CASE WHEN x.indisprimary THEN 'primary' ELSE i.relname::text END AS i,
        coalesce(a.attname::text, '(expression)') AS c
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(number, place)
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
    WHERE n.nspname = current_schema() AND x.indisunique ORDER BY 1, 2, k.place";

pub async fn sqlite(folder: &Path) -> Result<Schema> {
    let mut found = Schema::new();
    for (service, migrations) in keepers() {
        let file = folder.join(format!("{}.db", service.as_str()));
        let config = StoreConfig::new(Backend::Sqlite { file }, [0; 32]);
        let store = Store::open(&config, migrations, Arc::new(SystemClock)).await?;
        read(
            &mut found,
            service.as_str(),
            store.reader(),
            SQLITE_COLUMNS,
            SQLITE_KEYS,
        )
        .await?;
    }
    Ok(found)
}

pub async fn postgres(url: &str) -> Result<Schema> {
    let mut found = Schema::new();
    for (service, migrations) in keepers() {
        let backend = Backend::Postgres {
            url: url.to_owned(),
            schema: schema(service),
        };
        let config = StoreConfig::new(backend, [0; 32]);
        let store = Store::open(&config, migrations, Arc::new(SystemClock)).await?;
        read(
            &mut found,
            service.as_str(),
            store.reader(),
            POSTGRES_COLUMNS,
            POSTGRES_KEYS,
        )
        .await?;
    }
    Ok(found)
}

async fn read(found: &mut Schema, service: &str, reader: &Reader, columns: &str, keys: &str) -> Result<()> {
    for row in rows(reader, columns).await? {
        let table = found.entry(name(service, &row)?).or_default();
        table.columns.insert(row.try_get("", "c")?);
    }
    let mut indexes: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in rows(reader, keys).await? {
        let index = (name(service, &row)?, row.try_get("", "i")?);
        indexes.entry(index).or_default().push(row.try_get("", "c")?);
    }
    for ((table, index), columns) in indexes {
        let table = found.entry(table).or_default();
        match index.as_str() {
            "primary" => table.primary = columns,
            _ => drop(table.unique.insert(columns)),
        }
    }
    Ok(())
}

async fn rows(reader: &Reader, sql: &str) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_string(reader.get_database_backend(), sql);
    Ok(reader.query_all_raw(statement).await?)
}

fn name(service: &str, row: &QueryResult) -> Result<String> {
    Ok(format!("{service}.{}", row.try_get::<String>("", "t")?))
}
