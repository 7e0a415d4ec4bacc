//! The tables of this service, on SQLite and PostgreSQL. Expand, then contract: a migration that shipped never changes.

mod m0001_accounts;
mod m0002_time_bank;
mod m0003_funds;
mod m0004_projects;
mod m0005_redemptions;
mod m0006_retired_goods;

use sea_orm_migration::prelude::*;

/// All migrations, those of the store first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![
        Box::new(m0001_accounts::Migration),
        Box::new(m0002_time_bank::Migration),
        Box::new(m0003_funds::Migration),
        Box::new(m0004_projects::Migration),
        Box::new(m0005_redemptions::Migration),
        Box::new(m0006_retired_goods::Migration),
    ])
}

async fn create(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    // SQLite has no type for UUIDs; the driver keeps them as 16 bytes
    let uuid = if manager.get_database_backend() == sea_orm::DbBackend::Sqlite {
        "blob"
    } else {
        "uuid"
    };
    for statement in statements {
        manager
            .get_connection()
            .execute_unprepared(&statement.replace("{uuid}", uuid))
            .await?;
    }
    Ok(())
}
