use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_files"
    }
}

// Ids are UUIDs, `_at` are microseconds since 1970. `community` is text and no char(12): PostgreSQL uses no index where a bound
// text meets a char column.
const TABLES: &[&str] = &[
    "CREATE TABLE file (
        community text NOT NULL, id {uuid} NOT NULL,
        owner_object text NOT NULL, file_name text NOT NULL, media_type text NOT NULL, size_bytes bigint NOT NULL,
        sha256 text NOT NULL, uploaded_by text NOT NULL, organization {uuid},
        created_at bigint NOT NULL, retired_at bigint, removed_at bigint, retain_until_at bigint,
        PRIMARY KEY (community, id))",
    "CREATE INDEX file_owner_object ON file (community, owner_object, id)",
    "CREATE INDEX file_blob ON file (community, sha256)",
    "CREATE INDEX file_to_remove ON file (retired_at) WHERE retired_at IS NOT NULL AND removed_at IS NULL",
    // `reserved_until_at` is there as long as no file may need the blob: an upload under way, a file just removed
    "CREATE TABLE blob (
        community text NOT NULL, sha256 text NOT NULL,
        reserved_until_at bigint, doomed_at bigint,
        PRIMARY KEY (community, sha256))",
    "CREATE INDEX blob_reserved ON blob (reserved_until_at) WHERE reserved_until_at IS NOT NULL",
    "CREATE INDEX blob_doomed ON blob (doomed_at) WHERE doomed_at IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite has no type for UUIDs; the driver keeps them as 16 bytes
        let uuid = if manager.get_database_backend() == sea_orm::DbBackend::Sqlite {
            "blob"
        } else {
            "uuid"
        };
        for statement in TABLES {
            manager
                .get_connection()
                .execute_unprepared(&statement.replace("{uuid}", uuid))
                .await?;
        }
        Ok(())
    }
}
