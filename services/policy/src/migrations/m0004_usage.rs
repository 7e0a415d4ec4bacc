use sea_orm_migration::prelude::*;

use crate::store::{usage_count_table as count, usage_report_table as report};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_usage"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counts = Table::create()
            .table(count::Entity)
            .col(ColumnDef::new(count::Column::Domain).text().not_null())
            .col(ColumnDef::new(count::Column::Day).integer().not_null())
            .col(ColumnDef::new(count::Column::Permission).text().not_null())
            .col(ColumnDef::new(count::Column::Roles).text().not_null())
            .col(ColumnDef::new(count::Column::Asked).integer().not_null())
            .col(ColumnDef::new(count::Column::Held).integer().not_null())
            .col(ColumnDef::new(count::Column::Outcome).integer().not_null())
            .col(ColumnDef::new(count::Column::Count).big_integer().not_null())
            .primary_key(
                Index::create()
                    .col(count::Column::Domain)
                    .col(count::Column::Day)
                    .col(count::Column::Permission)
                    .col(count::Column::Roles)
                    .col(count::Column::Asked)
                    .col(count::Column::Held)
                    .col(count::Column::Outcome),
            )
            .to_owned();
        manager.create_table(counts).await?;
        let reports = Table::create()
            .table(report::Entity)
            .col(ColumnDef::new(report::Column::Report).text().not_null().primary_key())
            .col(ColumnDef::new(report::Column::TakenAt).big_integer().not_null())
            .to_owned();
        manager.create_table(reports).await
    }
}
