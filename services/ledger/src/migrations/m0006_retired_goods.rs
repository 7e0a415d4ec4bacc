use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_retired_goods"
    }
}

const COLUMN: &[&str] = &["ALTER TABLE good ADD COLUMN retired_at bigint"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, COLUMN).await
    }
}
