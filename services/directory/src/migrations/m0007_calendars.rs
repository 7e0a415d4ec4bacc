//! Imported calendars of working days; they belong to no community.

use sea_orm_migration::prelude::*;

use crate::store::entity::calendar_year::{Column, Entity};

pub struct Calendars;

impl MigrationName for Calendars {
    fn name(&self) -> &'static str {
        "m0007_calendars"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Calendars {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(Entity)
            .col(ColumnDef::new(Column::Year).integer().not_null())
            .col(ColumnDef::new(Column::Content).binary().not_null())
            .col(ColumnDef::new(Column::ImportedAt).big_integer().not_null())
            .primary_key(Index::create().col(Column::Year))
            .to_owned();
        manager.create_table(table).await
    }
}
