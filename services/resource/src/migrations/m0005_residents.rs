use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_residents"
    }
}

const COLUMN: &[&str] = &["ALTER TABLE booking ADD COLUMN by_person bigint NOT NULL DEFAULT 0"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, COLUMN).await
    }
}
