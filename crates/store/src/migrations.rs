use sea_orm_migration::MigratorTraitSelf;
use sea_orm_migration::prelude::*;

use crate::bus_tables::BusTables;
use crate::event_trace::EventTrace;
use crate::one_cursor::OneCursor;
use crate::tables::{consumed_event, outbox, request};

/// The migrations of one service, in order.
pub type Migrations = fn() -> Vec<Box<dyn MigrationTrait>>;

/// Puts the tables every service has (outbox, retry table, consumers) before a service's own migrations.
#[must_use]
pub fn with_own_tables(own: Vec<Box<dyn MigrationTrait>>) -> Vec<Box<dyn MigrationTrait>> {
    let mut all: Vec<Box<dyn MigrationTrait>> = vec![
        Box::new(StoreTables),
        Box::new(BusTables),
        Box::new(EventTrace),
        Box::new(OneCursor),
    ];
    all.extend(own);
    all
}

pub(crate) struct Migrator(pub(crate) Migrations);

impl MigratorTraitSelf for Migrator {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.0)()
    }
}

struct StoreTables;

impl MigrationName for StoreTables {
    fn name(&self) -> &'static str {
        "m0001_store_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for StoreTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use outbox::Column as O;
        use request::Column as R;
        manager
            .create_table(
                Table::create()
                    .table(outbox::Entity)
                    .col(
                        ColumnDef::new(O::Sequence)
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new(O::EventId).uuid().not_null())
                    .col(ColumnDef::new(O::Community).char_len(12))
                    .col(ColumnDef::new(O::Kind).text().not_null())
                    .col(ColumnDef::new(O::Stream).text().not_null())
                    .col(ColumnDef::new(O::Subject).text().not_null())
                    .col(ColumnDef::new(O::Actor).text().not_null())
                    .col(ColumnDef::new(O::Organization).uuid())
                    .col(ColumnDef::new(O::Payload).binary().not_null())
                    .col(ColumnDef::new(O::OccurredAt).big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("outbox_stream")
                    .table(outbox::Entity)
                    .col(O::Stream)
                    .col(O::Sequence)
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(request::Entity)
                    .col(ColumnDef::new(R::Community).text().not_null())
                    .col(ColumnDef::new(R::Actor).text().not_null())
                    .col(ColumnDef::new(R::RequestId).uuid().not_null())
                    .col(ColumnDef::new(R::BodyHash).binary().not_null())
                    .col(ColumnDef::new(R::ResultName).text().not_null())
                    .col(ColumnDef::new(R::CreatedAt).big_integer().not_null())
                    .primary_key(Index::create().col(R::Community).col(R::Actor).col(R::RequestId))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("consumer_cursor")
                    .col(ColumnDef::new("consumer").text().not_null().primary_key())
                    .col(ColumnDef::new("sequence").big_integer().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(consumed_event::Entity)
                    .col(ColumnDef::new(consumed_event::Column::Consumer).text().not_null())
                    .col(ColumnDef::new(consumed_event::Column::EventId).uuid().not_null())
                    .col(
                        ColumnDef::new(consumed_event::Column::ConsumedAt)
                            .big_integer()
                            .not_null(),
                    )
                    .primary_key(
                        Index::create()
                            .col(consumed_event::Column::Consumer)
                            .col(consumed_event::Column::EventId),
                    )
                    .to_owned(),
            )
            .await
    }
}
