use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_procedure"
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE meeting ADD COLUMN start_known boolean NOT NULL DEFAULT true",
    "ALTER TABLE meeting ADD COLUMN postponed_at bigint",
    "ALTER TABLE meeting ADD COLUMN postpone_reason text",
    "ALTER TABLE meeting ADD COLUMN suspended_at bigint",
    "ALTER TABLE meeting ADD COLUMN suspend_reason text",
    "ALTER TABLE meeting ADD COLUMN notice_round integer NOT NULL DEFAULT 0",
    "UPDATE meeting SET notice_round = 1 WHERE noticed_at IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = if manager.get_database_backend() == sea_orm::DbBackend::Sqlite {
            "blob"
        } else {
            "uuid"
        };
        for statement in STATEMENTS {
            manager
                .get_connection()
                .execute_unprepared(&statement.replace("{uuid}", uuid))
                .await?;
        }
        Ok(())
    }
}
