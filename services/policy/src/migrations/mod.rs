//! The service's tables, in the order they came to be.

mod m0002_revision;
mod m0003_change;
mod m0004_usage;

use sea_orm_migration::MigrationTrait;

/// All migrations, the store's own first.
#[must_use]
pub fn all() -> Vec<Box<dyn MigrationTrait>> {
    yihe_store::with_own_tables(vec![
        Box::new(m0002_revision::Migration),
        Box::new(m0003_change::Migration),
        Box::new(m0004_usage::Migration),
    ])
}
