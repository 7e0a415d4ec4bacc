use sea_orm_migration::prelude::*;

/// How far a consumer has come is kept in one table, whether it reads a stream or an outbox; an outbox is read by position too.
pub(crate) struct OneCursor;

impl MigrationName for OneCursor {
    fn name(&self) -> &'static str {
        "m0004_one_cursor"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for OneCursor {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = [
            "INSERT INTO stream_cursor (name, stream_created_at, position) \
             SELECT consumer, 0, sequence FROM consumer_cursor \
             WHERE consumer NOT IN (SELECT name FROM stream_cursor)",
            "DROP TABLE consumer_cursor",
            "CREATE INDEX outbox_position ON outbox (position) WHERE position IS NOT NULL",
        ];
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
