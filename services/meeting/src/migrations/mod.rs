//! The tables of this service, on SQLite and PostgreSQL. Expand, then contract: a migration that shipped never changes.

mod m0001_first_meeting;
mod m0002_voters;
mod m0003_procedure;
mod m0004_motions;
mod m0005_minutes;
mod m0006_commitments;
mod m0007_secret;
mod m0008_owners;
mod m0009_recusal;
mod m0010_ballots;
mod m0011_mandates;

use sea_orm_migration::{MigrationTrait, SchemaManager};

/// All migrations, those of the store first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![
        Box::new(m0001_first_meeting::Migration),
        Box::new(m0002_voters::Migration),
        Box::new(m0003_procedure::Migration),
        Box::new(m0004_motions::Migration),
        Box::new(m0005_minutes::Migration),
        Box::new(m0006_commitments::Migration),
        Box::new(m0007_secret::Migration),
        Box::new(m0008_owners::Migration),
        Box::new(m0009_recusal::Migration),
        Box::new(m0010_ballots::Migration),
        Box::new(m0011_mandates::Migration),
    ])
}

/// SQLite has no type for UUIDs; the driver keeps them as 16 bytes.
fn uuid_type(manager: &SchemaManager) -> &'static str {
    if manager.get_database_backend() == sea_orm::DbBackend::Sqlite {
        "blob"
    } else {
        "uuid"
    }
}
