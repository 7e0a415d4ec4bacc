use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_redemptions"
    }
}

const STATEMENTS: &[&str] = &[
    "CREATE INDEX redemption_person ON redemption (community, person, id)",
    "CREATE INDEX good_organization ON good (community, organization, id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::create(manager, STATEMENTS).await
    }
}
