use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_projects"
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE transfer ADD COLUMN project {uuid}",
    "ALTER TABLE transfer ADD COLUMN claim {uuid}",
    "ALTER TABLE service_record ADD COLUMN project {uuid}",
    "ALTER TABLE service_record ADD COLUMN claim {uuid}",
    "ALTER TABLE expense ADD COLUMN project {uuid}",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, STATEMENTS).await
    }
}
