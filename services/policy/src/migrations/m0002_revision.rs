use sea_orm_migration::prelude::*;

use crate::store::revision_table::{Column, Entity};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_revision"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Entity)
            .col(ColumnDef::new(Column::Domain).text().not_null().primary_key())
            .col(ColumnDef::new(Column::Sequence).big_integer().not_null())
            .col(ColumnDef::new(Column::Digest).binary().not_null())
            .col(ColumnDef::new(Column::ChangedAt).big_integer().not_null())
            .to_owned();
        manager.create_table(table).await
    }
}
