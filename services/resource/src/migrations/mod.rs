//! The tables of this service, on SQLite and PostgreSQL. Expand, then contract: a migration that shipped never changes.

mod m0001_bookings;
mod m0002_listings;

use sea_orm_migration::{MigrationTrait, SchemaManager};

/// All migrations, those of the store first.
#[must_use]
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![
        Box::new(m0001_bookings::Migration),
        Box::new(m0002_listings::Migration),
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
