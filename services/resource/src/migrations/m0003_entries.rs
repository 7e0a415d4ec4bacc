use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_entries"
    }
}

// What the ledger told of projects. The conventions are those of m0001_bookings.
const TABLES: &[&str] = &["CREATE TABLE project_entry (
        community text NOT NULL, project {uuid} NOT NULL, transfer {uuid} NOT NULL,
        kind text NOT NULL, unit text NOT NULL, amount bigint NOT NULL, claim {uuid}, made_at bigint NOT NULL,
        PRIMARY KEY (community, project, transfer))"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, TABLES).await
    }
}
