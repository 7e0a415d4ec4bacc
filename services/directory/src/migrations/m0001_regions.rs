//! The tree of divisions.

use sea_orm_migration::prelude::*;

use crate::store::entity::region;

pub struct Regions;

impl MigrationName for Regions {
    fn name(&self) -> &'static str {
        "m0001_regions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Regions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // a rowid beside the text key would make SQLite keep every code twice
        let sqlite = manager.get_database_backend() == sea_orm::DbBackend::Sqlite;
        let mut table = Table::create();
        table
            .table(region::Entity)
            .col(ColumnDef::new(region::Column::Code).text().not_null().primary_key())
            .col(ColumnDef::new(region::Column::Parent).text())
            .col(ColumnDef::new(region::Column::DisplayName).text().not_null());
        if sqlite {
            table.extra("WITHOUT ROWID");
        }
        manager.create_table(table).await?;
        let children = Index::create()
            .name("region_children")
            .table(region::Entity)
            .col(region::Column::Parent)
            .col(region::Column::Code)
            .to_owned();
        manager.create_index(children).await
    }
}
