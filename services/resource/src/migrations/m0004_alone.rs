use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_alone"
    }
}

const COLUMN: &[&str] = &["ALTER TABLE booking ADD COLUMN alone bigint NOT NULL DEFAULT 0"];

/// Behind the lock, where the server has the extension and lets us: of what has room for one, no two at any instant.
const CONSTRAINT: &[&str] = &["DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;
    ALTER TABLE booking ADD CONSTRAINT booking_alone EXCLUDE USING gist
        (community WITH =, bookable WITH =, int8range(occupies_from, occupies_until) WITH &&)
        WHERE (alone = 1 AND occupies_from IS NOT NULL);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR invalid_schema_name THEN
    RAISE WARNING 'no exclusion constraint stands behind bookings: btree_gist cannot be had';
END $$"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, COLUMN).await?;
        if manager.get_database_backend() == sea_orm::DbBackend::Postgres {
            super::create(manager, CONSTRAINT).await?;
        }
        Ok(())
    }
}
