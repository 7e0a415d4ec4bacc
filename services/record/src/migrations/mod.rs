//! The tables of this service, on SQLite and PostgreSQL. Expand, then contract: a migration that shipped never changes.

mod m0001_events;
mod m0002_webhooks;

use sea_orm_migration::prelude::*;

/// All migrations, those of the store first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![
        Box::new(m0001_events::Migration),
        Box::new(m0002_webhooks::Migration),
    ])
}

async fn create(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    // SQLite has no type for UUIDs; the driver keeps them as 16 bytes
    let (uuid, bytes) = if manager.get_database_backend() == sea_orm::DbBackend::Sqlite {
        ("blob", "blob")
    } else {
        ("uuid", "bytea")
    };
    for statement in statements {
        let statement = statement.replace("{uuid}", uuid).replace("{bytes}", bytes);
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
