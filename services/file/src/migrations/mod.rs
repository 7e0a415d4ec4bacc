//! The tables of this service, on SQLite and PostgreSQL. Expand, then contract: a migration that shipped never changes.

mod m0001_files;
mod m0002_quota;

use sea_orm_migration::MigrationTrait;

/// All migrations, those of the store first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![Box::new(m0001_files::Migration), Box::new(m0002_quota::Migration)])
}
