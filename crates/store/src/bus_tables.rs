use sea_orm_migration::prelude::*;

use crate::tables::{dead_letter, lease, outbox, stream_cursor};

/// What a service needs to publish its outbox on a bus and to consume from one.
pub(crate) struct BusTables;

impl MigrationName for BusTables {
    fn name(&self) -> &'static str {
        "m0002_bus_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for BusTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let position = ColumnDef::new(outbox::Column::Position).big_integer().to_owned();
        let alter = Table::alter().table(outbox::Entity).add_column(position).to_owned();
        manager.alter_table(alter).await?;
        // only what waits is in it: it stays small where a relay runs
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX outbox_waiting ON outbox (position, sequence) WHERE position IS NULL")
            .await?;
        manager.create_table(leases()).await?;
        manager.create_table(stream_cursors()).await?;
        manager.create_table(dead_letters()).await
    }
}

fn leases() -> TableCreateStatement {
    use lease::Column as L;
    Table::create()
        .table(lease::Entity)
        .col(ColumnDef::new(L::Name).text().not_null().primary_key())
        .col(ColumnDef::new(L::Fence).big_integer().not_null())
        .col(ColumnDef::new(L::ExpiresAt).big_integer().not_null())
        .to_owned()
}

fn stream_cursors() -> TableCreateStatement {
    use stream_cursor::Column as C;
    Table::create()
        .table(stream_cursor::Entity)
        .col(ColumnDef::new(C::Name).text().not_null().primary_key())
        .col(ColumnDef::new(C::StreamCreatedAt).big_integer().not_null())
        .col(ColumnDef::new(C::Position).big_integer().not_null())
        .to_owned()
}

fn dead_letters() -> TableCreateStatement {
    use dead_letter::Column as D;
    Table::create()
        .table(dead_letter::Entity)
        .col(ColumnDef::new(D::Consumer).text().not_null())
        .col(ColumnDef::new(D::EventId).uuid().not_null())
        .col(ColumnDef::new(D::Position).big_integer().not_null())
        .col(ColumnDef::new(D::Community).char_len(12))
        .col(ColumnDef::new(D::Kind).text().not_null())
        .col(ColumnDef::new(D::Stream).text().not_null())
        .col(ColumnDef::new(D::Subject).text().not_null())
        .col(ColumnDef::new(D::Actor).text().not_null())
        .col(ColumnDef::new(D::Organization).uuid())
        .col(ColumnDef::new(D::Payload).binary().not_null())
        .col(ColumnDef::new(D::OccurredAt).big_integer().not_null())
        .col(ColumnDef::new(D::Error).text().not_null())
        .col(ColumnDef::new(D::DiedAt).big_integer().not_null())
        .col(ColumnDef::new(D::Replay).boolean().not_null().default(false))
        .primary_key(Index::create().col(D::Consumer).col(D::EventId))
        .to_owned()
}
