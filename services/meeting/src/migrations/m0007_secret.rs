use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_secret"
    }
}

// The key is drawn at random and names nobody: a sealed ballot is found by its vote alone.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE vote ADD COLUMN secret_totals text",
    "CREATE TABLE sealed_ballot (
        community text NOT NULL, vote {uuid} NOT NULL, id {uuid} NOT NULL, seal {bytes} NOT NULL,
        PRIMARY KEY (community, vote, id))",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uuid = super::uuid_type(manager);
        let bytes = match manager.get_database_backend() {
            sea_orm::DbBackend::Postgres => "bytea",
            _ => "blob",
        };
        for statement in STATEMENTS {
            manager
                .get_connection()
                .execute_unprepared(&statement.replace("{uuid}", uuid).replace("{bytes}", bytes))
                .await?;
        }
        Ok(())
    }
}
