use sea_orm_migration::prelude::*;

use crate::tables::{dead_letter, outbox};

/// An event keeps the span that it came of, so that whoever takes effect of it, then or later, takes part in the trace.
pub(crate) struct EventTrace;

impl MigrationName for EventTrace {
    fn name(&self) -> &'static str {
        "m0003_event_trace"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for EventTrace {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let trace = ColumnDef::new(outbox::Column::Trace).text().to_owned();
        let alter = Table::alter().table(outbox::Entity).add_column(trace).to_owned();
        manager.alter_table(alter).await?;
        let trace = ColumnDef::new(dead_letter::Column::Trace).text().to_owned();
        let alter = Table::alter().table(dead_letter::Entity).add_column(trace).to_owned();
        manager.alter_table(alter).await
    }
}
